package org.diffusion4j.golden;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.lambda.DpmSolver;
import org.diffusion4j.sample.lambda.FinalOrders;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.DpmPlusPlus2sAncestral;
import org.diffusion4j.sample.sigma.DpmPlusPlusSde;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.sample.sigma.EulerAncestral;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.Kdpm2;
import org.diffusion4j.sample.sigma.Kdpm2Ancestral;
import org.diffusion4j.sample.sigma.Lms;
import org.diffusion4j.schedule.TimeGrid;

/** Whole trajectories of k-diffusion's samplers over an analytic denoiser. */
final class SigmaSamplersCheck implements GoldenCheck {

    private static final Map<String, Function<JsonNode, Sampler>> SAMPLERS = Map.ofEntries(
            entry("euler", config -> new Euler(churn(config))),
            entry("heun", config -> new Heun(churn(config))),
            entry("dpm_2", config -> new Kdpm2(churn(config))),
            entry("euler_ancestral", config -> new EulerAncestral(number(config, "eta"))),
            entry("dpm_2_ancestral", config -> new Kdpm2Ancestral(number(config, "eta"))),
            entry("lms", config -> new Lms(config.get("order").asInt())),
            entry("dpmpp_2s_ancestral", config -> new DpmPlusPlus2sAncestral(number(config, "eta"))),
            entry("dpmpp_sde", config -> new DpmPlusPlusSde(number(config, "eta"), number(config, "r"))),
            entry("dpmpp_2m", config -> dpmSolver(2, FirstMoment.MIDPOINT, 0)),
            entry(
                    "dpmpp_2m_sde",
                    config -> dpmSolver(
                            2,
                            config.get("solver_type").asText().equals("heun")
                                    ? FirstMoment.EXACT
                                    : FirstMoment.MIDPOINT,
                            number(config, "eta"))),
            entry("dpmpp_3m_sde", config -> dpmSolver(3, FirstMoment.EXACT, number(config, "eta"))));

    @Override
    public boolean covers(GoldenCase golden) {
        return SAMPLERS.containsKey(golden.symbol().replace("sampling.sample_", ""));
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        DiffusionProcess process = new VarianceExploding();
        double[] sigmas = golden.input("sigmas").values();
        TimeGrid grid = process.grid(Arrays.copyOf(sigmas, sigmas.length - 1));
        Sampler sampler = SAMPLERS.get(golden.config().get("sampler").asText().replace("sample_", ""))
                .apply(golden.config());
        if (golden.config().has("eta") && number(golden.config(), "eta") == 0) {
            golden.needsNo("inputs.noise"); // drawn, but of no weight
        }
        AnalyticDenoiser model = new AnalyticDenoiser(process, golden);
        NoiseStream recorded = (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);
        boolean churns = golden.config().has("s_churn");
        NoiseStream noise = churns
                ? recorded
                : recorded.times(golden.config().path("s_noise").asDouble(1));
        List<Integer> firstCalls = new ArrayList<>(List.of(0)); // of each step

        Tensor end = sampler.sample(
                model,
                grid,
                Comparison.tensor(golden.input("x"), ScalarType.Double),
                noise,
                step -> firstCalls.add(model.calls().size()));

        out.expect("x_final", end);
        end.close();
        out.expect(
                "model_sigmas",
                model.calls().stream().mapToDouble(AnalyticDenoiser.Call::t).toArray());
        out.expect(
                "trace_x", // what the model is asked first in a step is what the reference shows
                Arrays.stream(golden.expected("trace_steps").values())
                        .mapToObj(i -> model.calls().get(firstCalls.get((int) i)))
                        .flatMapToDouble(call -> Arrays.stream(call.x()))
                        .toArray());
    }

    private static Sampler dpmSolver(int order, FirstMoment first, double eta) {
        return new DpmSolver(order, Integrand.X0, first, false, Math.sqrt(eta), FinalOrders.FULL);
    }

    private static Churn churn(JsonNode config) {
        return new Churn(
                number(config, "s_churn"),
                number(config, "s_tmin"),
                number(config, "s_tmax"),
                number(config, "s_noise"));
    }

    private static double number(JsonNode config, String key) {
        return config.get(key).asText().equals("inf")
                ? Double.POSITIVE_INFINITY
                : config.get(key).asDouble();
    }
}
