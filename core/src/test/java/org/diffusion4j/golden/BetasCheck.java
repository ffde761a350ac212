package org.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.diffusion4j.schedule.SigmoidShape;

/** Betas and alphaBar of seven projects, also rescaled to zero terminal SNR. What each calls its curves is listed here. */
final class BetasCheck implements GoldenCheck {

    private static final Map<String, Map<String, BetaCurve>> NAMES = Map.of(
            "openai/improved-diffusion gaussian_diffusion.get_named_beta_schedule",
            Map.of("linear", BetaCurve.IDDPM_LINEAR, "cosine", BetaCurve.COSINE),
            "hojonathanho/diffusion diffusion_utils_2.get_beta_schedule",
            Map.of(
                    "linear", BetaCurve.LINEAR,
                    "quad", BetaCurve.SCALED_LINEAR,
                    "warmup10", BetaCurve.WARMUP_10,
                    "warmup50", BetaCurve.WARMUP_50,
                    "const", BetaCurve.CONST,
                    "jsd", BetaCurve.JSD),
            "ermongroup/ddim runners.diffusion.get_beta_schedule",
            Map.of(
                    "linear", BetaCurve.LINEAR,
                    "quad", BetaCurve.SCALED_LINEAR,
                    "const", BetaCurve.CONST,
                    "jsd", BetaCurve.JSD,
                    "sigmoid", BetaCurve.SIGMOID),
            "CompVis/latent-diffusion modules.diffusionmodules.util.make_beta_schedule",
            Map.of(
                    "linear", BetaCurve.SCALED_LINEAR,
                    "sqrt_linear", BetaCurve.LINEAR,
                    "sqrt", BetaCurve.SQRT,
                    "cosine", BetaCurve.COSINE),
            "lucidrains/denoising-diffusion-pytorch cosine_beta_schedule",
            Map.of("", BetaCurve.COSINE),
            "lucidrains/denoising-diffusion-pytorch sigmoid_beta_schedule",
            Map.of("", BetaCurve.SIGMOID_ALPHA_BAR),
            "XiangLi1999/Diffusion-LM gaussian_diffusion.get_named_beta_schedule",
            Map.of(
                    "sqrt", BetaCurve.DIFFUSION_LM,
                    "trunc_cos", BetaCurve.TRUNCATED_COSINE,
                    "trunc_lin", BetaCurve.TRUNCATED_LINEAR,
                    "pw_lin", BetaCurve.PIECEWISE_LINEAR));

    private static final String DIFFUSERS = "huggingface/diffusers DDPMScheduler.__init__";
    private static final String ZERO_SNR = "huggingface/diffusers DDIMScheduler.rescale_zero_terminal_snr";

    @Override
    public boolean covers(GoldenCase golden) {
        String reference = reference(golden);
        return golden.kind().equals("schedules")
                && (NAMES.containsKey(reference) || reference.equals(DIFFUSERS) || reference.equals(ZERO_SNR));
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        DiscreteSchedule table = table(golden);
        out.expect(
                "betas",
                IntStream.range(0, table.steps()).mapToDouble(table::beta).toArray());
        out.expect(
                "alphas_cumprod",
                IntStream.range(0, table.steps()).mapToDouble(table::alphaBar).toArray());
    }

    private static DiscreteSchedule table(GoldenCase golden) {
        if (NAMES.containsKey(reference(golden))) {
            String name =
                    first(golden, "beta_schedule", "schedule_name", "schedule").asText();
            int steps = first(golden, "num_diffusion_timesteps", "n_timestep", "timesteps")
                    .asInt();
            return betas(golden, NAMES.get(reference(golden)).get(name), steps).table();
        }
        Map<String, Object> config = golden.configMap();
        config.put("rescale_betas_zero_snr", reference(golden).equals(ZERO_SNR));
        return ((DiscreteProcess) SchedulerReplay.follow(golden, config).process()).table();
    }

    private static BetaSchedule betas(GoldenCase golden, BetaCurve curve, int steps) {
        double start = first(golden, "beta_start", "linear_start").asDouble(1e-4);
        double end = first(golden, "beta_end", "linear_end").asDouble(0.02);
        JsonNode config = golden.config();
        if (curve == BetaCurve.COSINE) {
            return BetaSchedule.cosine(steps, first(golden, "cosine_s", "s").asDouble(0.008));
        }
        golden.needsNo("config.cosine_s"); // of another curve
        return curve == BetaCurve.SIGMOID_ALPHA_BAR
                ? BetaSchedule.sigmoid(
                        steps,
                        new SigmoidShape(
                                config.get("start").asDouble(),
                                config.get("end").asDouble(),
                                config.get("tau").asDouble()))
                : new BetaSchedule(curve, start, end, steps);
    }

    private static JsonNode first(GoldenCase golden, String... keys) {
        return Arrays.stream(keys)
                .map(golden.config()::path)
                .filter(node -> !node.isMissingNode())
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    private static String reference(GoldenCase golden) {
        return golden.json().path("source").path("project").asText() + " " + golden.symbol();
    }
}
