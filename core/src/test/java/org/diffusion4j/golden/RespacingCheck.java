package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
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
        return golden.symbol().startsWith("respace.space_timesteps")
                || golden.name().equals("space_timesteps");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        if (golden.kind().equals("schedules")) {
            chain(golden, out);
        } else {
            partsAlone(golden, out);
        }
    }

    /** Many chains; parts that are given as a list are numbers with commas. */
    private static void partsAlone(GoldenCase golden, Comparison out) {
        JsonNode chains = golden.json().at("/inputs/cases");
        for (int i = 0; i < chains.size(); i++) {
            JsonNode parts = chains.get(i).get(1);
            String text = parts.isTextual() ? parts.asText() : parts.toString().replaceAll("[\\[\\]]", "");
            double[] expected = StreamSupport.stream(
                            golden.json().at("/expected/timesteps").get(i).spliterator(), false)
                    .mapToDouble(JsonNode::asDouble)
                    .toArray();
            out.close(text, ascending(Respacing.grid(text, chains.get(i).get(0).asInt())), expected, 0, 0);
        }
    }

    private static double[] ascending(TimeGrid grid) {
        int n = grid.steps();
        return IntStream.range(0, n).mapToDouble(i -> grid.time(n - 1 - i)).toArray();
    }

    private static void chain(GoldenCase golden, Comparison out) {
        int total = golden.config().get("num_timesteps").asInt();
        BetaCurve curve = golden.config().get("base_schedule").asText().equals("cosine")
                ? BetaCurve.COSINE
                : BetaCurve.IDDPM_LINEAR;
        TimeGrid grid = Respacing.grid(golden.config().get("section_counts").asText(), total);
        int n = grid.steps();
        double[] ascending = ascending(grid);
        out.expectExactly("timesteps", ascending);
        if (!golden.expects("betas")) {
            return;
        }
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
