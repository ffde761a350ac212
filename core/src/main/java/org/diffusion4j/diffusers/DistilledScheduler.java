package org.diffusion4j.diffusers;

import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.ConsistencyBoundary;
import org.diffusion4j.sample.chain.ConsistencyMultistep;
import org.diffusion4j.sample.chain.Tcd;
import org.diffusion4j.schedule.DistilledSteps;
import org.diffusion4j.schedule.TimeGrid;

/**
 * {@code LCMScheduler} and {@code TCDScheduler}, of models that were distilled from steps of DDIM.
 *
 * @param end where the last step goes
 */
record DistilledScheduler(
        DiscreteProcess process,
        OutputMeaning meaning,
        X0Limit limits,
        DistilledSteps distilled,
        double end,
        Sampler sampler)
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
                new DistilledSteps(keys.integer("original_inference_steps", 50), 1),
                end,
                sampler);
    }

    @Override
    public TimeGrid grid(int steps) {
        return distilled.grid(steps, process.table().steps()).endingAt(end);
    }
}
