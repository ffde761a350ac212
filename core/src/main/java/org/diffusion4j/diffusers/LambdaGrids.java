package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.FlowMatching;
import org.diffusion4j.process.RetimedProcess;
import org.diffusion4j.sample.lambda.LambdaStep;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * The grids of {@link LambdaScheduler}: whole timesteps; noise levels by a formula, of which the network receives the timestep below or
 * nearest; or times of a flow.
 *
 * @param process of the betas, or of the flow
 * @param walked the same as the grids' steps see it
 * @param ofSteps the grid of so many steps
 * @param endsClean whether the last step goes to the clean sample; else to timestep 0, or nowhere where that is already reached
 */
record LambdaGrids(
        DiffusionProcess process, DiffusionProcess walked, IntFunction<TimeGrid> ofSteps, boolean endsClean) {

    private static final double ALMOST_NOISE = 1 - 1e-6; // at 1 lambda is −∞

    /**
     * From noise to data.
     *
     * @param fromPureNoise whether a flow begins as near to pure noise as it can, else 1/T below
     */
    static LambdaGrids of(SchedulerKeys keys, boolean endsClean, boolean fromPureNoise) {
        DiscreteProcess table = keys.processWithSignal("linear", 1e-4, 0.02);
        OffsetSpacing spacing = spacing(keys, table);
        PublishedLevels levels = PublishedLevels.of(keys);
        Flow flow = Flow.of(keys);
        if (flow.used) {
            require(levels.none(), "use_flow_sigmas cannot be read together with levels by another formula");
            return ofFlow(flow, table.table().steps(), endsClean, fromPureNoise);
        }
        return levels.none() ? ofTimesteps(spacing, table, endsClean) : ofLevels(keys, levels, table, endsClean);
    }

    /** The keys of a flow, which count only where it is {@code used}. */
    private record Flow(boolean used, double shift, List<Double> terminal) {

        static Flow of(SchedulerKeys keys) {
            boolean used = keys.flag("use_flow_sigmas", false);
            require(
                    !keys.flag("use_dynamic_shifting", false) || !used,
                    "use_dynamic_shifting cannot be read: it depends on the picture");
            return new Flow(used, keys.number("flow_shift", 1), keys.numbers("shift_terminal"));
        }
    }

    /** From data to noise, over timesteps in linspace. */
    static LambdaGrids towardsNoise(SchedulerKeys keys) {
        require(PublishedLevels.of(keys).none(), "on the way to noise no levels between timesteps can be read");
        require(!Flow.of(keys).used, "on the way to noise use_flow_sigmas cannot be read");
        keys.word("timestep_spacing", "linspace", Map.of("linspace", true));
        DiscreteProcess table = keys.processWithSignal("linear", 1e-4, 0.02);
        OffsetSpacing spacing = spacing(keys, table);
        return new LambdaGrids(table, table, n -> spacing.grid(n + 1).reversed(), false);
    }

    private static LambdaGrids ofTimesteps(OffsetSpacing spacing, DiscreteProcess table, boolean endsClean) {
        double end = endsClean ? TimeGrid.CLEAN : 0;
        return new LambdaGrids(table, table, n -> spacing.gridWithoutLast(n).endingAt(end), endsClean);
    }

    private static LambdaGrids ofLevels(
            SchedulerKeys keys, PublishedLevels levels, DiscreteProcess table, boolean endsClean) {
        double least = table.noiseToSignal(0);
        double most = table.noiseToSignal(table.table().steps() - 1);
        return new LambdaGrids(
                table,
                new RetimedProcess(table, rounding(keys)),
                n -> ended(table.grid(levels.between(n, least, most)), endsClean),
                endsClean);
    }

    private static DoubleUnaryOperator rounding(SchedulerKeys keys) {
        boolean nearest = keys.flag("use_karras_sigmas", false) || keys.flag("use_lu_lambdas", false);
        boolean cosine = keys.word("beta_schedule", "linear", SchedulerKeys.CURVES) == BetaCurve.COSINE;
        return nearest && !cosine ? Math::rint : Math::floor;
    }

    private static LambdaGrids ofFlow(Flow keys, int total, boolean endsClean, boolean fromPureNoise) {
        double range = 1 - 1.0 / total;
        double first = fromPureNoise ? 1 : range;
        DiffusionProcess flow = new FlowMatching(total);
        return new LambdaGrids(
                flow,
                new RetimedProcess(flow, Math::floor),
                n -> {
                    double[] times = IntStream.range(0, n)
                            .mapToDouble(i -> first - i * range / n)
                            .map(t -> flow.timeAt(keys.shift * flow.noiseToSignal(t)))
                            .toArray();
                    double[] stretched = Arrays.stream(FlowScheduler.stretched(times, keys.terminal))
                            .map(t -> Math.min(t, ALMOST_NOISE))
                            .toArray();
                    return ended(TimeGrid.of(stretched, 0), endsClean);
                },
                endsClean);
    }

    private static TimeGrid ended(TimeGrid grid, boolean clean) {
        return clean ? grid : grid.endingAt(grid.time(grid.steps() - 1));
    }

    /** Of the timesteps where lambda is at least {@code lambda_min_clipped}. */
    private static OffsetSpacing spacing(SchedulerKeys keys, DiscreteProcess table) {
        double least = keys.number("lambda_min_clipped", Double.NEGATIVE_INFINITY);
        int kept = (int) IntStream.range(0, table.table().steps())
                .filter(t -> LambdaStep.lambda(table, t) >= least)
                .count();
        return keys.spacing("linspace").below(kept);
    }
}
