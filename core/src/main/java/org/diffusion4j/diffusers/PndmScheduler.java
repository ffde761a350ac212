package org.diffusion4j.diffusers;

import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Pndm;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * {@code PNDMScheduler}: PLMS, or Runge-Kutta steps first. It averages what the network says, be it eps or v.
 *
 * @param end where the last step goes: timestep 0, or the clean sample where {@code set_alpha_to_one} is true
 */
record PndmScheduler(
        DiscreteProcess process, OutputMeaning meaning, OffsetSpacing spacing, Pndm.Begin begin, double end)
        implements PublishedScheduler {

    PndmScheduler(SchedulerKeys keys) {
        this(
                keys.process("linear", 1e-4, 0.02),
                keys.meaning(),
                keys.spacing("leading"),
                keys.flag("skip_prk_steps", false) ? Pndm.Begin.IMPROVED_EULER : Pndm.Begin.RUNGE_KUTTA,
                keys.flag("set_alpha_to_one", false) ? TimeGrid.CLEAN : 0);
    }

    @Override
    public X0Limit limits() {
        return X0Limit.NONE;
    }

    @Override
    public TimeGrid grid(int steps) {
        return spacing.grid(steps).endingAt(end);
    }

    @Override
    public Sampler sampler() {
        return new Pndm(begin, meaning.prediction());
    }
}
