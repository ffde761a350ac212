package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.ContinuousSpacing;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.Thresholded;
import org.diffusion4j.sample.lambda.DpmSolver;
import org.diffusion4j.sample.lambda.DpmSolverAdaptive;
import org.diffusion4j.sample.lambda.DpmSolverSinglestep;
import org.diffusion4j.sample.lambda.FinalOrders;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;
import org.diffusion4j.sample.lambda.StepRule;
import org.diffusion4j.schedule.TimeGrid;

/** Whole trajectories of DPM-Solver's authors' code over an analytic denoiser, and the times at which they ask it. */
final class DpmSolverCheck implements GoldenCheck {

    private static final NoiseStream NONE = (address, like) -> {
        throw new AssertionError("noise was drawn");
    };

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.name().startsWith("dpmsolver-") && golden.expects("x_final");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        DiffusionProcess process = DpmSolverSchedule.process(config.get("noise_schedule"));
        AnalyticDenoiser asked = new AnalyticDenoiser(process, golden);
        boolean thresholds = config.path("correcting_x0_fn").isTextual();
        if (!thresholds) {
            golden.needsNo("config.thresholding_max_val", "config.dynamic_thresholding_ratio");
        }
        if (!method(config).equals("adaptive")) {
            golden.needsNo("config.atol", "config.rtol");
        }
        Denoiser model = thresholds
                ? new Thresholded(
                        asked,
                        config.get("dynamic_thresholding_ratio").asDouble(),
                        config.get("thresholding_max_val").asDouble(),
                        Double.POSITIVE_INFINITY,
                        EpsAfterClipping.RECOMPUTED)
                : asked;
        Tensor start = Comparison.tensor(golden.input("x"), ScalarType.Double);
        List<double[]> reached = new ArrayList<>();
        Tensor end = sampler(config)
                .sample(model, grid(golden, process), start, NONE, step -> reached.add(Comparison.values(step.x())));

        out.expect("x_final", end);
        end.close();
        double[] times =
                asked.calls().stream().mapToDouble(AnalyticDenoiser.Call::t).toArray();
        if (method(config).equals("adaptive")) { // the reference asks again after a step that it refused, we do not
            double[] distinct = DoubleStream.of(golden.expected("model_times").values())
                    .distinct()
                    .toArray();
            out.close("model_times", times, distinct, golden.atol("model_times"), golden.rtol("model_times"));
            return;
        }
        out.expect("model_times", times);
        if (method(config).equals("multistep")) {
            reached.add(0, Comparison.values(start));
        }
        out.expect("intermediates", whole(config, reached));
    }

    private static String method(JsonNode config) {
        return config.get("method").asText();
    }

    private static Sampler sampler(JsonNode config) {
        int order = config.get("order").asInt();
        FinalOrders last = config.get("lower_order_final").asBoolean() ? FinalOrders.LOWER_BELOW_10 : FinalOrders.FULL;
        return switch (method(config)) {
            case "multistep" -> new DpmSolver(order, integrand(config), first(config), false, 0, last);
            case "singlestep", "singlestep_fixed" -> singlestep(config);
            case "adaptive" ->
                new DpmSolverAdaptive(
                        order,
                        integrand(config),
                        first(config),
                        config.get("atol").asDouble(),
                        config.get("rtol").asDouble(),
                        StepRule.EVERY_SAMPLE);
            default -> throw new IllegalArgumentException(method(config));
        };
    }

    private static DpmSolverSinglestep singlestep(JsonNode config) {
        boolean full = method(config).equals("singlestep_fixed");
        return new DpmSolverSinglestep(
                config.get("order").asInt(), integrand(config), first(config), FirstMoment.EXACT, full, 0);
    }

    private static Integrand integrand(JsonNode config) {
        return config.get("algorithm_type").asText().equals("dpmsolver++") ? Integrand.X0 : Integrand.EPS;
    }

    private static FirstMoment first(JsonNode config) {
        return config.get("solver_type").asText().equals("taylor") ? FirstMoment.EXACT : FirstMoment.MIDPOINT;
    }

    private static TimeGrid grid(GoldenCase golden, DiffusionProcess p) {
        JsonNode config = golden.config();
        boolean inverse = golden.symbol().endsWith("inverse");
        boolean toClean = config.get("denoise_to_zero").asBoolean();
        double early = inverse ? 1 : config.get("t_start").asDouble(1);
        double late = inverse
                ? config.get("t_start").asDouble(1.0 / DpmSolverSchedule.steps(p))
                : config.get("t_end").asDouble(1.0 / DpmSolverSchedule.steps(p));
        if (inverse) {
            golden.needsNo("config.t_end"); // it goes to t_T
        }
        int steps = config.get("steps").asInt();
        ContinuousSpacing spacing =
                DpmSolverSchedule.spacing(config.get("skip_type").asText());
        double[] times = method(config).startsWith("singlestep") && spacing == ContinuousSpacing.LOG_SNR
                ? dividedTwice(singlestep(config).orders(steps), spacing, p, early, late)
                : spacing.times(p, early, late, steps);
        if (inverse) {
            return TimeGrid.of(times, 0).reversed();
        }
        return toClean ? TimeGrid.of(times, 0) : TimeGrid.of(Arrays.copyOf(times, steps), times[steps]);
    }

    /** Equal parts, each of them divided for its stages. */
    private static double[] dividedTwice(
            List<Integer> orders, ContinuousSpacing spacing, DiffusionProcess p, double early, double late) {
        double[] outer = spacing.times(p, early, late, orders.size());
        DoubleStream inner = IntStream.range(0, orders.size()).boxed().flatMapToDouble(k -> {
            double[] part = spacing.times(p, outer[k], outer[k + 1], orders.get(k));
            return Arrays.stream(part).limit(orders.get(k));
        });
        return DoubleStream.concat(inner, DoubleStream.of(late)).toArray();
    }

    /** The reference shows whole steps, not stages. */
    private static double[] whole(JsonNode config, List<double[]> reached) {
        List<double[]> shown = reached;
        if (method(config).startsWith("singlestep")) {
            shown = new ArrayList<>();
            int stages = 0;
            for (int order : singlestep(config).orders(config.get("steps").asInt())) {
                stages += order;
                shown.add(reached.get(stages - 1));
            }
        }
        return shown.stream().flatMapToDouble(Arrays::stream).toArray();
    }
}
