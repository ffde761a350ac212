package org.diffusion4j.diffusers;

import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.LookAheadProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * {@code DDIMInverseScheduler}: DDIM from data to noise, where the network receives the time to which a step goes.
 *
 * @param first the timestep of the sample that it begins with: −1, or 0 where {@code set_alpha_to_one} is false
 */
record DdimInverseScheduler(
        DiscreteProcess process, OutputMeaning meaning, OffsetSpacing spacing, X0Limit limits, double first)
        implements PublishedScheduler {

    DdimInverseScheduler(SchedulerKeys keys) {
        this(
                keys.process("linear", 1e-4, 0.02),
                keys.meaning(),
                keys.spacing("leading"),
                X0Limit.of(keys, true),
                keys.flag("set_alpha_to_one", true) ? TimeGrid.CLEAN : 0);
    }

    @Override
    public DiffusionProcess process(int steps) {
        return new LookAheadProcess(process, spacing.total() / steps, first);
    }

    @Override
    public TimeGrid grid(int steps) {
        return spacing.grid(steps).climbing(spacing.total() / steps);
    }

    @Override
    public Sampler sampler() {
        return new Ddim(0);
    }
}
