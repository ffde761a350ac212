package org.diffusion4j.golden;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.SchedulerConfig;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;

/** Betas and alphaBar of diffusers and of IDDPM, also rescaled to zero terminal SNR. */
final class BetasCheck implements GoldenCheck {

    private static final String IDDPM = "openai/improved-diffusion gaussian_diffusion.get_named_beta_schedule";
    private static final String DIFFUSERS = "huggingface/diffusers DDPMScheduler.__init__";
    private static final String ZERO_SNR = "huggingface/diffusers DDIMScheduler.rescale_zero_terminal_snr";

    @Override
    public boolean covers(GoldenCase golden) {
        String reference = reference(golden);
        return golden.kind().equals("schedules")
                && (reference.equals(IDDPM) || reference.equals(DIFFUSERS) || reference.equals(ZERO_SNR));
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
        if (reference(golden).equals(IDDPM)) {
            int steps = golden.config().get("num_diffusion_timesteps").asInt();
            String name = golden.config().get("schedule_name").asText();
            return name.equals("linear")
                    ? new BetaSchedule(BetaCurve.IDDPM_LINEAR, 1e-4, 0.02, steps).table()
                    : new BetaSchedule(BetaCurve.named(name), 1e-4, 0.02, steps).table();
        }
        Map<String, Object> config = new HashMap<>(golden.configMap());
        config.put("rescale_betas_zero_snr", reference(golden).equals(ZERO_SNR));
        return ((DiscreteProcess)
                        SchedulerConfig.fromMap(config, golden.toString()).process())
                .table();
    }

    private static String reference(GoldenCase golden) {
        return golden.json().path("source").path("project").asText() + " " + golden.symbol();
    }
}
