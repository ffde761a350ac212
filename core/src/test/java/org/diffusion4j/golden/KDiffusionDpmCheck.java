package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.lambda.DpmSolverAdaptive;
import org.diffusion4j.sample.lambda.DpmSolverSinglestep;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;
import org.diffusion4j.sample.lambda.PidControl;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.TimeGrid;

/** Trajectories of k-diffusion's two samplers that make their own levels between two ends. */
final class KDiffusionDpmCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().matches("sampling.sample_dpm_(fast|adaptive)");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        AnalyticDenoiser model = new AnalyticDenoiser(new VarianceExploding(), golden);
        if (eta(golden) == 0) {
            golden.needsNo("inputs.noise", "config.s_noise"); // drawn, but of no weight
        }
        golden.needsNo("config.return_info");
        if (golden.config().get("sampler").asText().endsWith("fast")) {
            fast(golden, out, model);
        } else {
            adaptive(golden, out, model);
        }
    }

    private static void fast(GoldenCase golden, Comparison out, AnalyticDenoiser model) {
        DpmSolverSinglestep sampler = new DpmSolverSinglestep(3, Integrand.EPS).withEta(eta(golden));
        List<Integer> orders = sampler.orders((int) golden.input("n").scalar());
        walk(golden, out, model, sampler, grid(golden, orders), SampleListener.NONE);

        out.expect("model_sigmas", sigmas(model));
        List<double[]> begins = new ArrayList<>();
        for (double step : golden.expected("trace_steps").values()) {
            int call = orders.subList(0, (int) step).stream()
                    .mapToInt(order -> order)
                    .sum();
            begins.add(model.calls().get(call).x());
        }
        out.expect("trace_x", SchedulerReplay.joined(begins));
    }

    private static double eta(GoldenCase golden) {
        return golden.config().get("eta").asDouble();
    }

    /** Equal steps in log sigma, each divided by its order. */
    private static TimeGrid grid(GoldenCase golden, List<Integer> orders) {
        double end = golden.input("sigma_min").scalar();
        double[] ends = NoiseSpacing.EXPONENTIAL.levels(
                orders.size() + 1, end, golden.input("sigma_max").scalar());
        List<Double> times = new ArrayList<>();
        for (int step = 0; step < orders.size(); step++) {
            for (int stage = 0; stage < orders.get(step); stage++) {
                times.add(ends[step] * Math.pow(ends[step + 1] / ends[step], stage / (double) orders.get(step)));
            }
        }
        return TimeGrid.of(times.stream().mapToDouble(time -> time).toArray(), end);
    }

    private static void adaptive(GoldenCase golden, Comparison out, AnalyticDenoiser model) {
        JsonNode config = golden.config();
        Sampler sampler = new DpmSolverAdaptive(
                config.get("order").asInt(),
                Integrand.EPS,
                FirstMoment.MIDPOINT,
                config.get("atol").asDouble(),
                config.get("rtol").asDouble(),
                new PidControl(
                        config.get("pcoeff").asDouble(),
                        config.get("icoeff").asDouble(),
                        config.get("dcoeff").asDouble(),
                        config.get("accept_safety").asDouble()),
                config.get("h_init").asDouble(),
                eta(golden));
        double max = golden.input("sigma_max").scalar();
        TimeGrid grid =
                TimeGrid.of(new double[] {max}, golden.input("sigma_min").scalar());
        List<Integer> steps = new ArrayList<>();
        walk(golden, out, model, sampler, grid, step -> steps.add(step.index()));

        double[] asked = Arrays.stream(golden.expected("model_sigmas").values())
                .distinct() // the reference asks again after a step that it refused, ours does not
                .toArray();
        out.close("model_sigmas", sigmas(model), asked, golden.atol("model_sigmas"), golden.rtol("model_sigmas"));
        int accepted =
                golden.json().path("expected").path("info").path("n_accept").asInt();
        out.close("n_accept", new double[] {steps.size()}, new double[] {accepted}, 0, 0);
    }

    private static void walk(
            GoldenCase golden,
            Comparison out,
            AnalyticDenoiser model,
            Sampler sampler,
            TimeGrid grid,
            SampleListener listener) {
        Tensor start = Comparison.tensor(golden.input("x"), ScalarType.Double);
        AtomicInteger draws = new AtomicInteger(); // one a step, also where a step has several stages
        NoiseStream recorded = (address, like) ->
                Comparison.tensor(golden.input("noise"), ScalarType.Double).select(0, draws.getAndIncrement());
        NoiseStream noise = eta(golden) == 0
                ? recorded
                : recorded.times(golden.config().get("s_noise").asDouble());
        Tensor end = sampler.sample(model, grid, start, noise, listener);
        out.expect("x_final", end);
        end.close();
    }

    private static double[] sigmas(AnalyticDenoiser model) {
        return model.calls().stream().mapToDouble(AnalyticDenoiser.Call::t).toArray();
    }
}
