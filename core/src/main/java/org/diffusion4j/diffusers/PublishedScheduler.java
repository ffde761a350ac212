package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.sigma.Exploded;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * A scheduler class of diffusers in our words. Each reads its keys, with its own defaults, when it is made, so that a bad file is
 * refused when it is opened.
 */
interface PublishedScheduler {

    /** The process of its betas. */
    DiffusionProcess process();

    /** The process as a loop of so many steps sees it. */
    default DiffusionProcess process(int steps) {
        return process();
    }

    /** What the network's output means. */
    OutputMeaning meaning();

    /** What is done to x0. */
    X0Limit limits();

    /** The grid of {@code set_timesteps(steps)}. */
    TimeGrid grid(int steps);

    /** The grid of {@code set_timesteps(timesteps=…)}. */
    default TimeGrid gridOf(double... timesteps) {
        require(
                process() instanceof DiscreteProcess,
                "timesteps of one's own are those of a table; choose noise levels");
        return TimeGrid.of(timesteps, TimeGrid.CLEAN);
    }

    /** The grid of {@code set_timesteps(sigmas=…)}: noise-to-signal ratios, the last of them the end. */
    default TimeGrid gridOfLevels(double... sigmas) {
        int steps = sigmas.length - 1;
        DiffusionProcess process = process(steps);
        return process.grid(Arrays.copyOf(sigmas, steps)).endingAt(process.timeAt(sigmas[steps]));
    }

    /** The sampler of {@code step} with its default arguments. */
    Sampler sampler();

    /** The sampler with what the settings say of noise, where it asks for that. */
    default Sampler sampler(SampleSettings settings) {
        return sampler();
    }

    /** By what N(0, 1) is multiplied to begin at the first time of a grid of its own; nearly 1. */
    default double startScale(TimeGrid grid) {
        return 1;
    }

    /** The timesteps that its keys name; trailing where the class has none. */
    default OffsetSpacing spacing() {
        return OffsetSpacing.TRAILING;
    }

    /** The model as {@code step} sees it: {@link Exploded} where the scheduler's samples are x/alpha. */
    default Denoiser inItsCoordinates(Denoiser model) {
        return model;
    }
}
