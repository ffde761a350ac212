package org.diffusion4j.sample;

import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
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
        Limits limits,
        DistilledSteps distilled,
        double end,
        Sampler sampler)
        implements PublishedScheduler {

    static DistilledScheduler lcm(SchedulerKeys keys) {
        double scaling = keys.number("timestep_scaling", 10);
        Limits limits = Limits.of(keys, false);
        Limits bounded = (model, eps) -> new ConsistencyBoundary(limits.of(model, eps), scaling);
        return of(keys, bounded, TimeGrid.CLEAN, new ConsistencyMultistep());
    }

    static DistilledScheduler tcd(SchedulerKeys keys) {
        return of(keys, Limits.of(keys, false), 0, new Tcd());
    }

    private static DistilledScheduler of(SchedulerKeys keys, Limits limits, double end, Sampler sampler) {
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
