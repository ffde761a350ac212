package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.process.FlowMatching;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.ConsistencyMultistep;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.OdeInTime;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Diffusers' schedulers of flow matching, {@code FlowMatchEulerDiscreteScheduler} and {@code FlowMatchHeunDiscreteScheduler}. The time
 * t runs from 1 to 0 and the network receives it T-fold.
 *
 * <p>A shift multiplies the noise-to-signal ratio {@code t/(1 − t)} of every time (Esser et al., "Scaling Rectified Flow Transformers",
 * ICML 2024, section 5.3.2). Dynamic shifting, which grows with the picture, is that of the base size.
 *
 * @param shift the factor
 * @param least the last time before the shift
 * @param levels the spacing of times that the keys name, if any
 * @param terminal the last time after all else, or empty
 */
record FlowScheduler(
        FlowMatching process,
        double shift,
        double least,
        PublishedLevels levels,
        List<Double> terminal,
        Sampler sampler)
        implements PublishedScheduler {

    static FlowScheduler of(SchedulerKeys keys, Sampler sampler) {
        require(!keys.flag("invert_sigmas", false), "invert_sigmas is not known: its flow runs from 0 to 1");
        int total = keys.integer("num_train_timesteps", 1000);
        boolean dynamic = keys.flag("use_dynamic_shifting", false);
        boolean exponential = keys.word("time_shift_type", "exponential", Map.of("exponential", true, "linear", false));
        double base = keys.number("base_shift", 0.5);
        double fixed = keys.number("shift", 1);
        double shift = !dynamic ? fixed : exponential ? Math.exp(base) : base;
        double least =
                dynamic ? 1.0 / total : shifted(1.0 / total, shift); // a fixed shift is applied twice at this end
        return new FlowScheduler(
                new FlowMatching(total),
                shift,
                least,
                PublishedLevels.of(keys),
                keys.numbers("shift_terminal"),
                sampler);
    }

    static FlowScheduler euler(SchedulerKeys keys) {
        return of(
                keys,
                keys.flag("stochastic_sampling", false) ? new ConsistencyMultistep() : new OdeInTime(0, Churn.NONE));
    }

    static FlowScheduler heun(SchedulerKeys keys) {
        return of(keys, new OdeInTime(1, Churn.NONE));
    }

    @Override
    public OutputMeaning meaning() {
        return new OutputMeaning(Prediction.FLOW, null);
    }

    @Override
    public X0Limit limits() {
        return X0Limit.NONE;
    }

    @Override
    public TimeGrid grid(int steps) {
        double stride = (1 - least) / (steps - 1); // one alone is 1
        return finished(IntStream.range(0, steps)
                .mapToDouble(i -> i == 0 ? 1 : 1 - i * stride)
                .toArray());
    }

    /** Of times in (0, 1], which are shifted like all others. */
    @Override
    public TimeGrid gridOfLevels(double... times) {
        return finished(times);
    }

    private TimeGrid finished(double[] times) {
        double[] at = stretched(Arrays.stream(times).map(t -> shifted(t, shift)).toArray(), terminal);
        return TimeGrid.of(levels.none() ? at : levels.between(at.length, at[at.length - 1], at[0]), 0);
    }

    /** Diffusers' {@code shift_terminal}: times stretched so that the last is {@code terminal}, or as they are where that is empty. */
    static double[] stretched(double[] times, List<Double> terminal) {
        if (terminal.isEmpty()) {
            return times;
        }
        double stretch = (1 - terminal.get(0)) / (1 - times[times.length - 1]);
        return Arrays.stream(times).map(t -> 1 - stretch * (1 - t)).toArray();
    }

    private static double shifted(double t, double shift) {
        return shift * t / (1 + (shift - 1) * t);
    }
}
