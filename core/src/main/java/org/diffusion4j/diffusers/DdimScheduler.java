package org.diffusion4j.diffusers;

import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * {@code DDIMScheduler}: a step jumps by ⌊T/n⌋ whatever the spacing.
 *
 * @param end where the last step goes: the clean sample, or timestep 0 where {@code set_alpha_to_one} is false
 */
record DdimScheduler(DiscreteProcess process, OutputMeaning meaning, OffsetSpacing spacing, X0Limit limits, double end)
        implements PublishedScheduler {

    DdimScheduler(SchedulerKeys keys) {
        this(
                keys.process("linear", 1e-4, 0.02),
                keys.meaning(),
                keys.spacing("leading"),
                X0Limit.of(keys, true),
                keys.flag("set_alpha_to_one", true) ? TimeGrid.CLEAN : 0);
    }

    @Override
    public TimeGrid grid(int steps) {
        return spacing.grid(steps).endingAt(end).withStride(spacing.total() / steps);
    }

    @Override
    public Sampler sampler() {
        return new Ddim(0);
    }

    @Override
    public Sampler sampler(SampleSettings settings) {
        return new Ddim(settings.eta(), settings.etaRule());
    }
}
