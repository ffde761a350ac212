package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.Optional;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.diffusers.X0Limit;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;

/**
 * What settings mean for a model: a sampler, the grid that it walks, and how the model is asked on the way.
 *
 * @param limits what is done to x0
 * @param startScale by what N(0, 1) is multiplied to begin
 */
record LatentPlan(
        Sampler sampler,
        TimeGrid grid,
        DiffusionProcess process,
        OutputMeaning meaning,
        X0Limit limits,
        double startScale) {

    /**
     * What the settings mean.
     *
     * @throws IllegalArgumentException if they say what the sampler does not ask for, or the model has fewer timesteps or another
     *     scheduler class
     */
    static LatentPlan of(SchedulerConfig scheduler, SampleSettings settings) {
        settings.requireAsked();
        if (!settings.asPublished()) {
            Sampler sampler = settings.make();
            return new LatentPlan(
                    sampler,
                    settings.grid(timesteps(scheduler)),
                    scheduler.process(),
                    scheduler.meaning(),
                    scheduler.limits(sampler.clips()),
                    1);
        }
        SchedulerConfig own =
                settings.sampler().equals(scheduler.className()) ? scheduler : scheduler.asClass(settings.sampler());
        SchedulerConfig spaced = own.on(settings.spacing());
        TimeGrid grid = spaced.grid(settings.steps());
        require(
                grid.next(0) < grid.time(0),
                "%s goes from data to noise; choose a sampler that 'samplers' lists",
                settings.sampler());
        return new LatentPlan(
                spaced.sampler(settings),
                grid,
                spaced.process(settings.steps()),
                spaced.meaning(),
                spaced::limited,
                spaced.startScale(grid));
    }

    private static DiscreteProcess timesteps(SchedulerConfig scheduler) {
        if (scheduler.process() instanceof DiscreteProcess process) {
            return process;
        }
        throw new IllegalArgumentException("the model's scheduler " + scheduler.className()
                + " has no table of timesteps; draw with it, or take a model that has one");
    }

    /**
     * The last part of the way, for a picture that is there: of the steps, {@code ⌊steps · strength⌋}.
     *
     * @return empty where no step is left
     */
    Optional<LatentPlan> from(double strength) {
        int left = stepsOf(strength, grid.steps());
        return left == 0 ? Optional.empty() : Optional.of(on(grid.from(grid.steps() - left)));
    }

    /** How many of the steps a strength leaves: rounded down after a product in floating point, as diffusers does. */
    static int stepsOf(double strength, int steps) {
        return Math.min((int) (steps * strength), steps);
    }

    /**
     * The first part of the way, down to a share of the timesteps, for another model to go on.
     *
     * @param share in (0, 1]: 0.8 leaves the last fifth of the noise
     * @param timesteps of the model
     */
    LatentPlan until(double share, int timesteps) {
        double last = Math.rint(timesteps - share * timesteps);
        int steps = 0;
        while (steps < grid.steps() && process.networkTime(grid.time(steps)) >= last) {
            steps++;
        }
        require(steps > 0, "no step lies within the first %s of the way; raise it, or draw in more steps", share);
        return on(grid.first(steps));
    }

    private LatentPlan on(TimeGrid other) {
        return new LatentPlan(sampler, other, process, meaning, limits, startScale);
    }
}
