package org.diffusion4j.diffusers;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.RetimedProcess;
import org.diffusion4j.process.SigmaLinear;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.sigma.DpmPlusPlusSde;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.sample.sigma.EulerAncestral;
import org.diffusion4j.sample.sigma.Exploded;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.Kdpm2;
import org.diffusion4j.sample.sigma.Kdpm2Ancestral;
import org.diffusion4j.sample.sigma.Lms;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Diffusers' schedulers after k-diffusion, which walk in x/alpha and sigma/alpha: {@code EulerDiscreteScheduler},
 * {@code EulerAncestralDiscreteScheduler}, {@code HeunDiscreteScheduler}, {@code KDPM2DiscreteScheduler},
 * {@code KDPM2AncestralDiscreteScheduler}, {@code LMSDiscreteScheduler} and {@code DPMSolverSDEScheduler}. They differ in the sampler
 * and in the defaults of the betas.
 *
 * @param table of the betas
 * @param process that of the table, or the time is the noise level
 * @param spacing of the timesteps, where the keys name no spacing of noise levels
 * @param levels the spacing of noise levels that the keys name, if any
 * @param logLinear whether the levels are evenly spread over those of the whole table in log sigma, and the network receives the
 *     timesteps all the same
 * @param rounded whether the timesteps of such levels are rounded
 * @param end where the last step goes, as sigma/alpha
 */
record SigmaScheduler(
        DiscreteProcess table,
        DiffusionProcess process,
        OutputMeaning meaning,
        OffsetSpacing spacing,
        PublishedLevels levels,
        boolean logLinear,
        boolean rounded,
        double end,
        X0Limit limits,
        Sampler sampler)
        implements PublishedScheduler {

    private static final double ROUNDING = 1e-6; // of a timestep

    static SigmaScheduler euler(SchedulerKeys keys) {
        return of(keys, 1e-4, 0.02, false, X0Limit.NONE, new Euler());
    }

    static SigmaScheduler eulerAncestral(SchedulerKeys keys) {
        return of(keys, 1e-4, 0.02, false, X0Limit.NONE, new EulerAncestral());
    }

    static SigmaScheduler lms(SchedulerKeys keys) {
        return of(keys, 1e-4, 0.02, false, X0Limit.NONE, new Lms());
    }

    static SigmaScheduler heun(SchedulerKeys keys) {
        return of(keys, 0.00085, 0.012, false, X0Limit.clipping(keys, false), new Heun());
    }

    static SigmaScheduler kdpm2(SchedulerKeys keys) {
        return of(keys, 0.00085, 0.012, true, X0Limit.NONE, new Kdpm2());
    }

    static SigmaScheduler kdpm2Ancestral(SchedulerKeys keys) {
        return of(keys, 0.00085, 0.012, true, X0Limit.NONE, new Kdpm2Ancestral());
    }

    static SigmaScheduler sde(SchedulerKeys keys) {
        return of(keys, 0.00085, 0.012, false, X0Limit.NONE, new DpmPlusPlusSde());
    }

    private static SigmaScheduler of(
            SchedulerKeys keys,
            double betaStart,
            double betaEnd,
            boolean roundsKarras,
            X0Limit limits,
            Sampler sampler) {
        boolean logLinear = keys.word("interpolation_type", "linear", Map.of("linear", false, "log_linear", true));
        DiscreteProcess table = keys.processWithSignal("linear", betaStart, betaEnd);
        OutputMeaning meaning = keys.meaning();
        DiffusionProcess process = table;
        boolean continuous = keys.word("timestep_type", "discrete", Map.of("discrete", false, "continuous", true));
        if (continuous && meaning.prediction().equals(Prediction.V)) {
            process = new RetimedProcess(new VarianceExploding(), sigma -> Math.log(sigma) / 4);
            meaning = new OutputMeaning(new Preconditioned(1, 0, true), null);
        }
        PublishedLevels levels = PublishedLevels.of(keys);
        // n + 1 levels of log_linear are walked in n steps: the reference's loop never reaches what it appends
        boolean endsClean = DpmKeys.endsClean(keys) && !(logLinear && levels.none());
        return new SigmaScheduler(
                table,
                process,
                meaning,
                keys.spacing("linspace"),
                levels,
                logLinear,
                roundsKarras && levels.spacing().contains(NoiseSpacing.KARRAS),
                endsClean ? 0 : table.noiseToSignal(0),
                limits,
                sampler);
    }

    /**
     * The process of the table, where levels between its own have the times that its rule gives; but those of linspace timesteps
     * have sigma/alpha linear, and those that are rounded are given so. A level within a step is given by the table's rule.
     */
    @Override
    public DiffusionProcess process(int steps) {
        if (logLinear && levels.none() && process.equals(table)) {
            return toldTimesteps(steps);
        }
        boolean linear = process.equals(table) && levels.none() && spacing.evenly();
        if (!linear && !rounded) {
            return process;
        }
        DiffusionProcess walked = linear ? new SigmaLinear(table) : table;
        double[] times = Arrays.stream(ratios(steps)).map(walked::timeAt).toArray();
        return new RetimedProcess(
                walked,
                t -> Arrays.stream(times)
                        .filter(time -> Math.abs(time - t) < ROUNDING)
                        .map(time -> rounded ? Math.rint(time) : time)
                        .findFirst()
                        .orElseGet(() -> table.timeAt(walked.noiseToSignal(t))));
    }

    /** The process of the table whose i-th level the network receives as the spacing's i-th timestep. */
    private DiffusionProcess toldTimesteps(int steps) {
        double[] levels = ratios(steps);
        double[] timesteps = spacing.evenGrid(steps).times();
        return new RetimedProcess(
                table,
                t -> IntStream.range(0, steps)
                        .filter(i -> Math.abs(table.timeAt(levels[i]) - t) < ROUNDING)
                        .mapToDouble(i -> timesteps[i])
                        .findFirst()
                        .orElse(t));
    }

    @Override
    public TimeGrid grid(int steps) {
        DiffusionProcess walked = process(steps);
        return walked.grid(ratios(steps)).endingAt(walked.timeAt(end));
    }

    private double[] ratios(int steps) {
        if (logLinear) {
            double least = table.noiseToSignal(0);
            double most = table.noiseToSignal(table.table().steps() - 1);
            return levels.none()
                    ? Arrays.copyOf(NoiseSpacing.EXPONENTIAL.levels(steps + 1, least, most), steps)
                    : levels.between(steps, least, most);
        }
        DiffusionProcess linear = new SigmaLinear(table);
        double[] ratios = Arrays.stream(spacing.evenGrid(steps).times())
                .map(linear::noiseToSignal)
                .toArray();
        return levels.none() ? ratios : levels.between(steps, ratios[steps - 1], ratios[0]);
    }

    /** Of timesteps that begin at the last, diffusers begins as for a process of exploding variance: without the little signal. */
    @Override
    public double startScale(TimeGrid grid) {
        return spacing.spacing() == Spacing.LEADING ? 1 : process(grid.steps()).sigma(grid.time(0));
    }

    @Override
    public Denoiser inItsCoordinates(Denoiser model) {
        return new Exploded(model);
    }
}
