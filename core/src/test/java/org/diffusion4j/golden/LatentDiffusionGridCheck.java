package org.diffusion4j.golden;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/** The timesteps of latent diffusion's DDIM and the numbers of its steps. */
final class LatentDiffusionGridCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("schedules") && golden.symbol().startsWith("util.make_ddim_timesteps");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        boolean uniform = golden.config().get("ddim_discr_method").asText().equals("uniform");
        double eta = golden.config().get("eta").asDouble();
        TimeGrid grid = grid(
                uniform ? Spacing.UNIFORM : Spacing.QUADRATIC,
                golden.config().get("num_ddim_timesteps").asInt());
        DiscreteProcess process = process();
        int n = grid.steps();

        out.expectExactly("ddim_timesteps", ascending(n, grid::time));
        out.expect("alphas", ascending(n, i -> alphaBar(process, grid.time(i))));
        out.expect("alphas_prev", ascending(n, i -> alphaBar(process, grid.next(i))));
        out.expect(
                "sigmas",
                ascending(
                        n,
                        i -> eta
                                * Math.sqrt(process.posterior(grid.time(i), grid.next(i))
                                        .variance())));
    }

    /** Every timestep is one later, and the last step goes to timestep 0. */
    static TimeGrid grid(Spacing spacing, int n) {
        return spacing.grid(n, 1000).shifted(1, 1000).endingAt(0);
    }

    static DiscreteProcess process() {
        return new DiscreteProcess(new BetaSchedule(BetaCurve.SCALED_LINEAR, 0.00085, 0.012, 1000).table());
    }

    private static double alphaBar(DiscreteProcess process, double t) {
        return process.table().alphaBar((int) t);
    }

    private static double[] ascending(int n, IntToDoubleFunction of) {
        return IntStream.range(0, n)
                .mapToDouble(i -> of.applyAsDouble(n - 1 - i))
                .toArray();
    }
}
