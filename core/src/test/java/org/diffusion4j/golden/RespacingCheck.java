package org.diffusion4j.golden;

import java.util.stream.IntStream;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.Respacing;
import org.diffusion4j.schedule.TimeGrid;

/** IDDPM's parts of a chain, and what a step between two kept timesteps is. */
final class RespacingCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("schedules") && golden.symbol().startsWith("respace.space_timesteps");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        int total = golden.config().get("num_timesteps").asInt();
        TimeGrid grid = Respacing.grid(golden.config().get("section_counts").asText(), total);
        int n = grid.steps();
        double[] ascending =
                IntStream.range(0, n).mapToDouble(i -> grid.time(n - 1 - i)).toArray();
        out.expectExactly("timesteps", ascending);
        if (!golden.expects("betas")) {
            return;
        }
        BetaCurve curve = golden.config().get("base_schedule").asText().equals("cosine")
                ? BetaCurve.COSINE
                : BetaCurve.IDDPM_LINEAR;
        DiscreteProcess process = new DiscreteProcess(new BetaSchedule(curve, 1e-4, 0.02, total).table());
        Posterior[] steps = IntStream.range(0, n)
                .mapToObj(i -> process.posterior(grid.time(n - 1 - i), grid.next(n - 1 - i)))
                .toArray(Posterior[]::new);
        out.expectExactly(
                "timestep_map",
                IntStream.range(0, n)
                        .mapToDouble(i -> process.networkTime(ascending[i]))
                        .toArray());
        out.expect(
                "alphas_cumprod",
                IntStream.range(0, n)
                        .mapToDouble(i -> process.table().alphaBar((int) ascending[i]))
                        .toArray());
        out.expect(
                "betas",
                IntStream.range(0, n).mapToDouble(i -> steps[i].stepVariance()).toArray());
        out.expect(
                "posterior_variance",
                IntStream.range(0, n).mapToDouble(i -> steps[i].variance()).toArray());
        out.expect(
                "posterior_log_variance_clipped",
                IntStream.range(0, n)
                        .mapToDouble(i -> Math.log(steps[Math.max(1, i)].variance()))
                        .toArray());
        out.expect(
                "posterior_mean_coef1",
                IntStream.range(0, n).mapToDouble(i -> steps[i].x0Weight()).toArray());
        out.expect(
                "posterior_mean_coef2",
                IntStream.range(0, n).mapToDouble(i -> steps[i].xtWeight()).toArray());
    }
}
