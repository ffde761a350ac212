package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.lambda.Deis;
import org.diffusion4j.sample.lambda.FinalOrders;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;
import org.diffusion4j.sample.lambda.SaSolver;
import org.diffusion4j.sample.lambda.UniPc;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Diffusers' schedulers that solve in lambda: {@code DPMSolverMultistepScheduler}, {@code DPMSolverMultistepInverseScheduler},
 * {@code DPMSolverSinglestepScheduler}, {@code DEISMultistepScheduler}, {@code UniPCMultistepScheduler} and
 * {@code SASolverScheduler}. They differ in the sampler and in where the last step goes.
 *
 * <p>One thing is not followed: with an even number of steps, {@code lower_order_final} and a last step that does not go to the clean
 * sample, the singlestep solver of order 2 ends with a whole step, not with two of order 1.
 */
record LambdaScheduler(LambdaGrids grids, OutputMeaning meaning, OffsetSpacing spacing, X0Limit limits, Sampler sampler)
        implements PublishedScheduler {

    private static final Map<String, FirstMoment> UNIPC_WEIGHTS = Map.of(
            "bh1", FirstMoment.FLAT,
            "bh2", FirstMoment.MIDPOINT,
            "midpoint", FirstMoment.MIDPOINT, // of a file written for DPM-Solver, like the next, or for DEIS
            "heun", FirstMoment.MIDPOINT,
            "logrho", FirstMoment.MIDPOINT);

    private static final Map<String, String> DEIS_TYPES =
            Map.of("deis", "deis", "dpmsolver", "deis", "dpmsolver++", "deis"); // of a file written for DPM-Solver

    private static final Map<String, String> DEIS_SOLVERS = Map.of(
            "logrho", "logrho",
            "midpoint", "logrho", // of a file written for DPM-Solver, like the next, or for UniPC
            "heun", "logrho",
            "bh1", "logrho",
            "bh2", "logrho");

    private LambdaScheduler(SchedulerKeys keys, LambdaGrids grids, Sampler sampler) {
        this(grids, keys.meaning(), keys.spacing("linspace"), X0Limit.thresholding(keys), sampler);
    }

    static LambdaScheduler dpmMultistep(SchedulerKeys keys) {
        return new LambdaScheduler(keys, LambdaGrids.of(keys, DpmKeys.endsClean(keys), false), DpmKeys.multistep(keys));
    }

    static LambdaScheduler dpmMultistepInverse(SchedulerKeys keys) {
        return new LambdaScheduler(keys, LambdaGrids.towardsNoise(keys), DpmKeys.multistep(keys));
    }

    static LambdaScheduler dpmSinglestep(SchedulerKeys keys) {
        return new LambdaScheduler(
                keys, LambdaGrids.of(keys, DpmKeys.endsClean(keys), false), DpmKeys.singlestep(keys));
    }

    static LambdaScheduler deis(SchedulerKeys keys) {
        keys.word("algorithm_type", "deis", DEIS_TYPES);
        keys.word("solver_type", "logrho", DEIS_SOLVERS);
        FinalOrders last = DpmKeys.lowerAtEnd(keys) ? FinalOrders.LOWER_BELOW_15 : FinalOrders.FULL;
        return new LambdaScheduler(
                keys, LambdaGrids.of(keys, false, false), new Deis(keys.integer("solver_order", 2), last));
    }

    static LambdaScheduler uniPc(SchedulerKeys keys) {
        List<Double> uncorrected = keys.numbers("disable_corrector");
        for (int i = 0; i < uncorrected.size(); i++) {
            require(
                    uncorrected.get(i) == i,
                    "disable_corrector must name the first steps, as [0, 1], was %s",
                    uncorrected);
        }
        require(
                !keys.has("solver_p"),
                "solver_p cannot be followed, where another scheduler predicts and UniPC corrects; set it to null");
        UniPc sampler = new UniPc(
                keys.integer("solver_order", 2),
                keys.flag("predict_x0", true) ? Integrand.X0 : Integrand.EPS,
                keys.word("solver_type", "bh2", UNIPC_WEIGHTS),
                uncorrected.size(),
                lowerToTheEnd(keys));
        return new LambdaScheduler(keys, LambdaGrids.of(keys, DpmKeys.endsClean(keys), true), sampler);
    }

    static LambdaScheduler saSolver(SchedulerKeys keys) {
        LambdaGrids grids = LambdaGrids.of(keys, false, false);
        SaSolver sampler = new SaSolver(
                keys.integer("predictor_order", 2),
                keys.integer("corrector_order", 2),
                keys.word(
                        "algorithm_type",
                        "data_prediction",
                        Map.of("data_prediction", Integrand.X0, "noise_prediction", Integrand.EPS)),
                t -> noisyInTheMiddle(grids.walked().networkTime(t)),
                lowerToTheEnd(keys));
        return new LambdaScheduler(keys, grids, sampler);
    }

    /** SA-Solver's tau in diffusers. */
    private static double noisyInTheMiddle(double timestep) {
        return timestep >= 200 && timestep <= 800 ? 1 : 0;
    }

    private static FinalOrders lowerToTheEnd(SchedulerKeys keys) {
        return DpmKeys.lowerAtEnd(keys) ? FinalOrders.LOWER : FinalOrders.FULL;
    }

    @Override
    public DiffusionProcess process() {
        return grids.process();
    }

    @Override
    public DiffusionProcess process(int steps) {
        return grids.walked();
    }

    @Override
    public TimeGrid grid(int steps) {
        return grids.ofSteps().apply(steps);
    }

    @Override
    public TimeGrid gridOf(double... timesteps) {
        return PublishedScheduler.super.gridOf(timesteps).endingAt(grids.endsClean() ? TimeGrid.CLEAN : 0);
    }
}
