package org.diffusion4j.golden;

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
import org.diffusion4j.sample.Churn;
import org.diffusion4j.sample.Euler;
import org.diffusion4j.sample.EulerAncestral;
import org.diffusion4j.sample.Heun;
import org.diffusion4j.sample.Kdpm2;
import org.diffusion4j.sample.Kdpm2Ancestral;
import org.diffusion4j.sample.Lms;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/** Whole trajectories of k-diffusion's samplers over an analytic denoiser. */
final class SigmaSamplersCheck implements GoldenCheck {

    private static final Map<String, Function<JsonNode, Sampler>> SAMPLERS = Map.of(
            "sample_euler", config -> new Euler(churn(config, "s_")),
            "sample_heun", config -> new Heun(churn(config, "s_")),
            "sample_dpm_2", config -> new Kdpm2(churn(config, "s_")),
            "sample_euler_ancestral", config -> new EulerAncestral(number(config, "eta"), number(config, "s_noise")),
            "sample_dpm_2_ancestral", config -> new Kdpm2Ancestral(number(config, "eta"), number(config, "s_noise")),
            "sample_lms", config -> new Lms(config.get("order").asInt()));

    @Override
    public boolean covers(GoldenCase golden) {
        return SAMPLERS.containsKey(golden.symbol().replace("sampling.", ""));
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        DiffusionProcess process = new VarianceExploding();
        double[] sigmas = golden.input("sigmas").values();
        TimeGrid grid = process.grid(Arrays.copyOf(sigmas, sigmas.length - 1));
        Sampler sampler = SAMPLERS.get(golden.symbol().replace("sampling.", "")).apply(golden.config());
        AnalyticDenoiser model = new AnalyticDenoiser(process, golden);
        NoiseStream noise = (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, address - 1);
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

    private static Churn churn(JsonNode config, String prefix) {
        return new Churn(
                number(config, prefix + "churn"),
                number(config, prefix + "tmin"),
                number(config, prefix + "tmax"),
                number(config, prefix + "noise"));
    }

    private static double number(JsonNode config, String key) {
        return config.get(key).asText().equals("inf")
                ? Double.POSITIVE_INFINITY
                : config.get(key).asDouble();
    }
}
