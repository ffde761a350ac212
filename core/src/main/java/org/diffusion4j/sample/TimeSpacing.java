package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.util.OptionalInt;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Which times of a chain a sampler visits. By the text of a recipe, of {@code --spacing} and of {@link SampleSettings#spacing}, {@link
 * TimeSpacings} makes one; a {@link SamplerProvider} may add others.
 *
 * <p>Threads: implementations are immutable and may be shared.
 */
@FunctionalInterface
public interface TimeSpacing {

    /**
     * The grid, the noisiest time first, to the clean sample at last. Times may lie between the timesteps of the chain, whose noise is
     * interpolated there.
     *
     * @param steps how many times are visited
     * @throws IllegalArgumentException if the chain has no such times
     */
    TimeGrid grid(DiscreteProcess process, int steps);

    /** How many times are visited, where the spacing lists them itself; else empty. */
    default OptionalInt listed() {
        return OptionalInt.empty();
    }

    /** Refuses another number of steps than is listed. */
    default void requireSteps(int steps) {
        listed().ifPresent(listed -> require(
                listed == steps, "the spacing lists %s times, but steps is %s: say the same number", listed, steps));
    }
}
