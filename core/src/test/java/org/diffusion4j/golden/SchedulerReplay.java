package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SchedulerConfig;
import org.diffusion4j.schedule.TimeGrid;

/** What the checks of diffusers' schedulers share. */
final class SchedulerReplay {

    private SchedulerReplay() {}

    /** Whether {@code method}, a regular expression, of one of our schedulers was recorded. */
    static boolean covers(GoldenCase golden, String kind, String method) {
        String[] symbol = golden.symbol().split("\\.", 2);
        return golden.kind().equals(kind)
                && symbol.length == 2
                && SchedulerConfig.classNames().contains(symbol[0])
                && symbol[1].matches(method);
    }

    static SchedulerConfig config(GoldenCase golden) {
        Map<String, Object> config = new HashMap<>(golden.configMap());
        config.replaceAll((key, value) -> "-inf".equals(value) ? Double.NEGATIVE_INFINITY : value);
        config.put("_class_name", golden.symbol().split("\\.")[0]);
        JsonNode mu = golden.json().path("inputs").path("set_timesteps_args").path("mu");
        if (mu.isNumber()) { // which a pipeline finds between base_shift and max_shift
            config.put("base_shift", mu.asDouble());
        }
        SchedulerConfig read = SchedulerConfig.fromMap(config, golden.toString());
        assertThat(read.passedOver())
                .as("keys of %s that are not followed", golden)
                .isEmpty();
        return read;
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
        double[] listed = golden.expected(name).values();
        int n = grid.steps();
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
