package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.diffusers.X0Limit;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * What settings mean for a model: a sampler, the grid that it walks, and the model as it is asked on the way. A sampler of
 * {@link Samplers} walks plain timesteps; the model's scheduler class walks as diffusers does, with all that its file says.
 *
 * <p>Threads: may be shared, as the model may.
 */
public final class SamplingPlan {

    private final DiffusionModel model;
    private final Guiding guiding;
    private final Sampler sampler;
    private final TimeGrid grid;
    private final DiffusionProcess process;
    private final X0Limit limits;
    private final double startScale;

    private SamplingPlan(
            DiffusionModel model,
            Guiding guiding,
            Sampler sampler,
            TimeGrid grid,
            DiffusionProcess process,
            X0Limit limits,
            double startScale) {
        this.model = model;
        this.guiding = guiding;
        this.sampler = sampler;
        this.grid = grid;
        this.process = process;
        this.limits = limits;
        this.startScale = startScale;
    }

    /**
     * What the settings mean.
     *
     * @param model borrowed
     * @throws IllegalArgumentException if they say what the sampler does not ask for, or the model has fewer timesteps or another
     *     scheduler class
     */
    static SamplingPlan of(DiffusionModel model, SampleSettings settings) {
        SchedulerConfig scheduler = model.scheduler();
        settings.requireAsked();
        if (!settings.asPublished()) {
            Sampler sampler = settings.make();
            boolean continuous = scheduler.continuous().isPresent();
            TimeGrid grid = continuous ? continuousGrid(scheduler, settings) : settings.grid(model.process());
            return new SamplingPlan(
                    model,
                    Guiding.of(settings),
                    sampler,
                    grid,
                    model.forwardProcess(),
                    scheduler.limits(sampler.clips()).consistent(),
                    continuous ? scheduler.startScale(grid) : 1);
        }
        require(
                settings.sampler().equals(scheduler.className()),
                "the model's scheduler is %s, not %s; choose it, or a sampler that 'samplers' lists",
                scheduler.className(),
                settings.sampler());
        SchedulerConfig spaced = scheduler.on(settings.spacing());
        TimeGrid grid = spaced.grid(settings.steps());
        require(
                grid.next(0) < grid.time(0),
                "%s goes from data to noise; choose a sampler that 'samplers' lists",
                settings.sampler());
        return new SamplingPlan(
                model,
                Guiding.of(settings),
                spaced.sampler(settings),
                grid,
                spaced.process(settings.steps()),
                spaced::limited,
                spaced.startScale(grid));
    }

    private static TimeGrid continuousGrid(SchedulerConfig scheduler, SampleSettings settings) {
        require(
                !settings.asksForVariance(),
                "%s goes back the timesteps of a chain, and the model is in continuous time: take pc, em, ode, edm or langevin",
                settings.sampler());
        require(
                settings.spacing().equals(Spacing.TRAILING.toString()),
                "the model is in continuous time and has times of its own, so it takes no spacing, timesteps or sigmas: omit %s",
                settings.spacing());
        return scheduler.grid(settings.steps());
    }

    /**
     * This plan with a worse model in the place of the one without labels: autoguidance (Karras et al. 2024). The scale is that of the
     * settings' guidance; neither model need know "no label".
     *
     * @param guide of the same pictures, classes and noise, borrowed; {@link org.diffusion4j.image.guidance.Autoguidance} checks that
     */
    public SamplingPlan guidedBy(DiffusionModel guide) {
        return new SamplingPlan(model, guiding.by(guide), sampler, grid, process, limits, startScale);
    }

    /** The sampler. */
    public Sampler sampler() {
        return sampler;
    }

    /** The grid that it walks. */
    public TimeGrid grid() {
        return grid;
    }

    /**
     * The model as the sampler asks it.
     *
     * @param labels int64 {@code [batch]} where the model has classes, borrowed, else null
     */
    public Denoiser denoiser(@Nullable Tensor labels) {
        return guiding.denoiser(model, labels, process, limits);
    }

    /**
     * The model as a classifier steers it: with an eps that follows from the limited x0, as in guided-diffusion.
     *
     * @param labels as {@link #denoiser}
     */
    public Denoiser consistentDenoiser(@Nullable Tensor labels) {
        return guiding.denoiser(model, labels, process, limits.consistent());
    }

    /**
     * Draws from pure noise.
     *
     * @param start N(0, 1), {@code [batch, channels, height, width]}; borrowed
     * @return x at the grid's end, owned by the caller
     */
    public Tensor sample(Tensor start, @Nullable Tensor labels, NoiseStream noise, SampleListener listener) {
        return sample(sampler, denoiser(labels), start, noise, listener);
    }

    /**
     * Draws from pure noise by a sampler and a model of one's own, such as wrappers of {@link #sampler} and {@link #denoiser}, along
     * this plan's grid.
     *
     * @param start N(0, 1), {@code [batch, channels, height, width]}; borrowed
     * @return x at the grid's end, owned by the caller
     */
    public Tensor sample(Sampler other, Denoiser asked, Tensor start, NoiseStream noise, SampleListener listener) {
        Tensor first = startScale == 1 ? start : start.mul(new Scalar(startScale));
        return other.sample(asked, grid, first, noise, listener);
    }
}
