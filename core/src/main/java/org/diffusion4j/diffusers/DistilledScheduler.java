package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.IntStream;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.ConsistencyBoundary;
import org.diffusion4j.sample.chain.ConsistencyMultistep;
import org.diffusion4j.sample.chain.Tcd;
import org.diffusion4j.schedule.TimeGrid;

/**
 * {@code LCMScheduler} and {@code TCDScheduler}, of models that were distilled from steps of DDIM. The timesteps are some of those of the
 * distillation: every ⌊T/original⌋-th, the last T − 1.
 *
 * @param original how many there are
 * @param end where the last step goes
 */
record DistilledScheduler(
        DiscreteProcess process, OutputMeaning meaning, X0Limit limits, int original, double end, Sampler sampler)
        implements PublishedScheduler {

    static DistilledScheduler lcm(SchedulerKeys keys) {
        double scaling = keys.number("timestep_scaling", 10);
        X0Limit limits = X0Limit.of(keys, false);
        X0Limit bounded = (model, eps) -> new ConsistencyBoundary(limits.of(model, eps), scaling);
        return of(keys, bounded, TimeGrid.CLEAN, new ConsistencyMultistep());
    }

    static DistilledScheduler tcd(SchedulerKeys keys) {
        return of(keys, X0Limit.of(keys, false), 0, new Tcd());
    }

    private static DistilledScheduler of(SchedulerKeys keys, X0Limit limits, double end, Sampler sampler) {
        return new DistilledScheduler(
                keys.process("scaled_linear", 0.00085, 0.012),
                keys.meaning(),
                limits,
                keys.integer("original_inference_steps", 50),
                end,
                sampler);
    }

    @Override
    public TimeGrid grid(int steps) {
        require(
                1 <= steps && steps <= original,
                "a model distilled from %s steps takes at most as many, not %s",
                original,
                steps);
        int stride = process.table().steps() / original;
        double skipped = original / (double) steps;
        return TimeGrid.of(
                IntStream.range(0, steps)
                        .mapToDouble(i -> (original - Math.floor(i * skipped)) * stride - 1)
                        .toArray(),
                end);
    }
}
