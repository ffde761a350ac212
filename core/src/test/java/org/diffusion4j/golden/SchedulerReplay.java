package org.diffusion4j.golden;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.TimeGrid;

/** What the checks of diffusers' schedulers share. */
final class SchedulerReplay {

    /** Keys that a class of diffusers takes, and on which nothing that its cases hold depends. */
    private static final Map<String, List<String>> DEAF = Map.ofEntries(
            entry("LCMScheduler", List.of("timestep_spacing", "steps_offset", "set_alpha_to_one")),
            entry("TCDScheduler", List.of("timestep_spacing", "steps_offset", "set_alpha_to_one", "timestep_scaling")),
            entry("IPNDMScheduler", List.of("num_train_timesteps")), // whose time is an angle, or the noise level:
            entry("EDMEulerScheduler", List.of("num_train_timesteps")),
            entry("EDMDPMSolverMultistepScheduler", List.of("num_train_timesteps")),
            entry("CosineDPMSolverMultistepScheduler", List.of("num_train_timesteps")),
            entry(
                    "FlowMatchEulerDiscreteScheduler", // of which a pipeline makes the shift that a case has as mu
                    List.of("max_shift", "base_image_seq_len", "max_image_seq_len")),
            entry("DPMSolverMultistepScheduler", List.of("time_shift_type")), // of dynamic shifting, which is refused
            entry("DPMSolverSinglestepScheduler", List.of("time_shift_type")),
            entry("DEISMultistepScheduler", List.of("time_shift_type")),
            entry("UniPCMultistepScheduler", List.of("time_shift_type")));

    private SchedulerReplay() {}

    /** Of diffusers' and the authors' word for one of the curves that they share. */
    static BetaCurve curve(String word) {
        return switch (word) {
            case "linear" -> BetaCurve.LINEAR;
            case "scaled_linear" -> BetaCurve.SCALED_LINEAR;
            case "squaredcos_cap_v2" -> BetaCurve.COSINE;
            default -> throw new IllegalArgumentException("beta schedule " + word);
        };
    }

    /** Whether {@code method}, a regular expression, of one of our schedulers was recorded. */
    static boolean covers(GoldenCase golden, String kind, String method) {
        String[] symbol = golden.symbol().split("\\.", 2);
        return golden.kind().equals(kind)
                && symbol.length == 2
                && SchedulerConfig.classNames().contains(symbol[0])
                && symbol[1].matches(method);
    }

    static SchedulerConfig config(GoldenCase golden) {
        Map<String, Object> config = golden.configMap();
        config.replaceAll((key, value) -> "-inf".equals(value) ? Double.NEGATIVE_INFINITY : value);
        String name = golden.symbol().split("\\.")[0];
        config.put("_class_name", name);
        DEAF.getOrDefault(name, List.of()).forEach(key -> golden.needsNo("config." + key));
        JsonNode mu = golden.json().path("inputs").path("set_timesteps_args").path("mu");
        if (mu.isNumber()) { // which a pipeline finds between base_shift and max_shift
            config.put("base_shift", mu.asDouble());
        }
        return follow(golden, config);
    }

    /** Reads keys as a scheduler's; those that its class does not follow stay unread. */
    static SchedulerConfig follow(GoldenCase golden, Map<String, Object> keys) {
        SchedulerConfig config = SchedulerConfig.fromMap(keys, golden.toString());
        config.followedKeys().forEach(keys::get);
        return config;
    }

    /** The model as a loop of so many steps sees it, if it says 0 whatever it is asked. */
    static Denoiser silent(SchedulerConfig config, int steps) {
        return config.inItsCoordinates(new Silent(config.process(steps)));
    }

    private record Silent(DiffusionProcess process) implements Denoiser {
        @Override
        public Denoised at(Tensor x, double t) {
            Tensor zero = x.sub(x);
            return new Denoised(zero, zero);
        }
    }

    /** Holds the levels of a whole grid and its end, sigma/alpha or for a flow sigma itself, against the case, which may list those within twice. */
    static void expectSigmas(
            GoldenCase golden,
            Comparison out,
            String name,
            SchedulerConfig config,
            DiffusionProcess process,
            TimeGrid grid) {
        int n = grid.steps();
        boolean beyond = golden.config().path("interpolation_type").asText().equals("log_linear");
        double[] all = golden.expected(name).values();
        double[] listed = beyond ? Arrays.copyOf(all, n + 1) : all; // the loop never comes to the last
        double[] once = listed.length == n + 1
                ? listed
                : IntStream.rangeClosed(0, n)
                        .mapToDouble(i -> listed[Math.max(0, 2 * i - 1)])
                        .toArray();
        boolean flow = config.meaning().prediction() == Prediction.FLOW;
        DoubleUnaryOperator level = flow ? process::sigma : process::noiseToSignal;
        double[] actual = DoubleStream.concat(Arrays.stream(grid.times()), DoubleStream.of(grid.next(n - 1)))
                .map(level)
                .toArray();
        out.close(name, actual, once, golden.atol(name), golden.rtol(name));
    }

    static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }
}
