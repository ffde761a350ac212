package org.diffusion4j.diffusers;

import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.RetimedProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Diffusers' schedulers for EDM's preconditioned networks, whose time is the noise level: {@code EDMEulerScheduler},
 * {@code EDMDPMSolverMultistepScheduler} and {@code CosineDPMSolverMultistepScheduler}.
 */
record EdmScheduler(
        DiffusionProcess process, OutputMeaning meaning, X0Limit limits, IntFunction<TimeGrid> grids, Sampler sampler)
        implements PublishedScheduler {

    /** EDM's own, whose network is given log(sigma)/4. */
    static EdmScheduler euler(SchedulerKeys keys) {
        return edm(keys, X0Limit.NONE, new Euler());
    }

    /** The same with DPM-Solver++. */
    static EdmScheduler dpmMultistep(SchedulerKeys keys) {
        return edm(keys, X0Limit.thresholding(keys), DpmKeys.multistep(keys));
    }

    private static EdmScheduler edm(SchedulerKeys keys, X0Limit limits, Sampler sampler) {
        return of(
                keys, 0.5, "epsilon", sigma -> Math.log(sigma) / 4, grids(keys, "karras", 0.002, 80), limits, sampler);
    }

    /** Of the stochastic DPM-Solver++ (Stable Audio), whose network is given the angle of signal and noise. */
    static EdmScheduler cosineDpmMultistep(SchedulerKeys keys) {
        return of(
                keys,
                1,
                "v_prediction",
                sigma -> 2 / Math.PI * Math.atan(sigma),
                grids(keys, "exponential", 0.3, 500),
                X0Limit.NONE,
                DpmKeys.multistep(keys).withTau(1));
    }

    private static EdmScheduler of(
            SchedulerKeys keys,
            double sigmaData,
            String prediction,
            DoubleUnaryOperator renumbered,
            IntFunction<TimeGrid> grids,
            X0Limit limits,
            Sampler sampler) {
        boolean negated = keys.word("prediction_type", prediction, Map.of("epsilon", false, "v_prediction", true));
        Preconditioned preconditioned = new Preconditioned(keys.number("sigma_data", sigmaData), 0, negated);
        return new EdmScheduler(
                new RetimedProcess(new VarianceExploding(), renumbered),
                new OutputMeaning(preconditioned, null),
                limits,
                grids,
                sampler);
    }

    private static IntFunction<TimeGrid> grids(SchedulerKeys keys, String spacing, double sigmaMin, double sigmaMax) {
        double min = keys.number("sigma_min", sigmaMin);
        double max = keys.number("sigma_max", sigmaMax);
        double rho = keys.number("rho", 7);
        boolean karras = keys.word("sigma_schedule", spacing, Map.of("karras", true, "exponential", false));
        boolean endsClean = DpmKeys.endsClean(keys);
        return n -> {
            double[] levels =
                    karras ? NoiseSpacing.karras(n, min, max, rho) : NoiseSpacing.EXPONENTIAL.levels(n, min, max);
            return TimeGrid.of(levels, endsClean ? 0 : levels[n - 1]); // min, but for rounding
        };
    }

    @Override
    public TimeGrid grid(int steps) {
        return grids.apply(steps);
    }
}
