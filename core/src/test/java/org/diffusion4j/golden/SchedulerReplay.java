package org.diffusion4j.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SchedulerConfig;

/** What the checks of diffusers' schedulers share. */
final class SchedulerReplay {

    private SchedulerReplay() {}

    /** Whether {@code method} of one of our schedulers was recorded. */
    static boolean covers(GoldenCase golden, String kind, String method) {
        String[] symbol = golden.symbol().split("\\.", 2);
        return golden.kind().equals(kind)
                && symbol.length == 2
                && SchedulerConfig.classNames().contains(symbol[0])
                && symbol[1].equals(method);
    }

    static SchedulerConfig config(GoldenCase golden) {
        Map<String, Object> config = new HashMap<>(golden.configMap());
        config.replaceAll((key, value) -> "-inf".equals(value) ? Double.NEGATIVE_INFINITY : value);
        config.put("_class_name", golden.symbol().split("\\.")[0]);
        return SchedulerConfig.fromMap(config, golden.toString());
    }

    static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /** A denoiser that keeps what it was asked and what it said, call by call. */
    static final class Spy implements Denoiser {

        final List<double[]> samples = new ArrayList<>();
        final List<double[]> cleanSamples = new ArrayList<>();
        final List<Double> times = new ArrayList<>();
        private final Denoiser model;

        Spy(Denoiser model) {
            this.model = model;
        }

        @Override
        public DiffusionProcess process() {
            return model.process();
        }

        @Override
        public Denoised at(Tensor x, double t) {
            Denoised at = model.at(x, t);
            samples.add(Comparison.values(x));
            cleanSamples.add(Comparison.values(at.x0()));
            times.add(t);
            return at;
        }

        /** The numbers that the network was given for t. */
        double[] networkTimes() {
            return times.stream().mapToDouble(process()::networkTime).toArray();
        }

        /** sigma/alpha, for a flow sigma itself, of every call and of the time where the last step ended. */
        double[] sigmas(double end, SchedulerConfig config) {
            boolean flow = config.meaning().prediction() == Prediction.FLOW;
            return DoubleStream.concat(times.stream().mapToDouble(t -> t), DoubleStream.of(end))
                    .map(flow ? process()::sigma : process()::noiseToSignal)
                    .toArray();
        }
    }
}
