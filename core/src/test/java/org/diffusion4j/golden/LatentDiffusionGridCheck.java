package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
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
        JsonNode config = golden.config();
        boolean uniform = config.get("ddim_discr_method").asText().equals("uniform");
        double eta = config.get("eta").asDouble();
        int total = config.get("num_ddpm_timesteps").asInt();
        TimeGrid grid = grid(
                uniform ? Spacing.UNIFORM : Spacing.QUADRATIC,
                config.get("num_ddim_timesteps").asInt(),
                total);
        DiscreteProcess process = process(config, total);
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
    static TimeGrid grid(Spacing spacing, int n, int total) {
        return spacing.grid(n, total).shifted(1, total).endingAt(0);
    }

    static DiscreteProcess process(JsonNode config, int total) {
        return new DiscreteProcess(new BetaSchedule(
                        BetaCurve.SCALED_LINEAR,
                        config.get("linear_start").asDouble(),
                        config.get("linear_end").asDouble(),
                        total)
                .table());
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
