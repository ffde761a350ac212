package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import org.diffusion4j.schedule.AncestralStep;
import org.diffusion4j.schedule.NoiseSpacing;

/** Sequences of noise levels, and the split of an ancestral step. */
final class SigmasCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.name().startsWith("sigmas-") || golden.name().equals("ancestral_step");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        if (golden.name().equals("ancestral_step")) {
            ancestralStep(golden, out);
        } else if (golden.name().equals("sigmas-edm")) {
            for (JsonNode of : golden.json().path("inputs").path("num_steps_sigma_min_sigma_max_rho")) {
                int n = of.get(0).asInt();
                double[] levels = NoiseSpacing.karras(
                        n, of.get(1).asDouble(), of.get(2).asDouble(), of.get(3).asDouble());
                out.expect("t_steps_" + n, withZero(levels));
            }
        } else {
            for (double n : golden.input("n").values()) {
                out.expect("sigmas_" + (int) n, withZero(levels(golden, (int) n)));
            }
        }
    }

    private static double[] levels(GoldenCase golden, int n) {
        JsonNode config = golden.config();
        double min = config.path("sigma_min").asDouble();
        double max = config.path("sigma_max").asDouble();
        double rho = config.path("rho").asDouble();
        return switch (golden.symbol()) {
            case "sampling.get_sigmas_karras" -> NoiseSpacing.karras(n, min, max, rho);
            case "sampling.get_sigmas_exponential" -> NoiseSpacing.EXPONENTIAL.levels(n, min, max);
            case "sampling.get_sigmas_polyexponential" -> NoiseSpacing.polyexponential(n, min, max, rho);
            case "sampling.get_sigmas_vp" ->
                NoiseSpacing.variancePreserving(
                        n,
                        config.get("beta_d").asDouble(),
                        config.get("beta_min").asDouble(),
                        config.get("eps_s").asDouble());
            default -> throw new IllegalArgumentException(golden.symbol());
        };
    }

    private static double[] withZero(double[] levels) {
        return Arrays.copyOf(levels, levels.length + 1);
    }

    private static void ancestralStep(GoldenCase golden, Comparison out) {
        double[] from = golden.input("sigma_from").values();
        double[] down = new double[from.length];
        double[] up = new double[from.length];
        for (int i = 0; i < from.length; i++) {
            AncestralStep split = AncestralStep.of(
                    from[i],
                    golden.input("sigma_to").values()[i],
                    golden.input("eta").values()[i]);
            down[i] = split.down();
            up[i] = split.up();
        }
        out.expect("sigma_down", down);
        out.expect("sigma_up", up);
    }
}
