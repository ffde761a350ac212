package org.diffusion4j.sample;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.schedule.TimeGrid;

/** Goes from noise to a sample along a time grid. A sampler has no state: it may be shared by threads. */
public interface Sampler {

    /**
     * Runs the grid from its first time to its end.
     *
     * @param start x at {@code grid.time(0)}, {@code [batch, ...]}; borrowed, its dtype is kept throughout
     * @param listener sees every step and may stop between steps by throwing {@link java.util.concurrent.CancellationException}
     * @return x at the grid's end, owned by the caller
     * @throws java.util.concurrent.CancellationException if it is {@linkplain org.diffusion4j.engine.Cancellation cancelled}
     */
    Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener);

    /** Whether x0 is clipped where the model's scheduler file says so. Solvers of higher order would lose their order by it. */
    default boolean clips() {
        return false;
    }

    /** Whether a sample depends on those of its batch; such a sampler is given one at a time where pictures must be the same again. */
    default boolean dependsOnBatch() {
        return false;
    }

    /** Whether it chooses its own times between the first and the last of a grid, so that the number of steps is not the grid's. */
    default boolean choosesTimes() {
        return false;
    }

    /** Grows when the sampler begins to draw other samples than before from the same model, so that what is kept of those is not mixed with new ones. */
    default int revision() {
        return 1;
    }

    /** At most how many draws of the noise a step of a grid asks for, at addresses from 1 where the grid has one step alone. */
    default int drawsPerStep() {
        return 2;
    }
}
