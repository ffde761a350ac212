package org.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.diffusion4j.process.ContinuousSpacing;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.LogAlphaProcess;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;

/** The words of DPM-Solver's code. */
final class DpmSolverSchedule {

    private static final int CONTINUOUS_N = 1000;

    private DpmSolverSchedule() {}

    /** Of {@code NoiseScheduleVP}'s arguments. */
    static DiffusionProcess process(JsonNode config) {
        if (config.path("schedule").asText().equals("linear")) {
            double beta0 = config.get("continuous_beta_0").asDouble();
            return new VariancePreserving(beta0, config.get("continuous_beta_1").asDouble() - beta0);
        }
        JsonNode betas = config.get("betas");
        BetaCurve curve = SchedulerReplay.curve(betas.get("beta_schedule").asText());
        if (curve == BetaCurve.COSINE) {
            assertThat(betas.get("max_beta").asDouble()).isEqualTo(0.999);
        }
        return new LogAlphaProcess(new BetaSchedule(
                        curve,
                        betas.path("beta_start").asDouble(1e-4),
                        betas.path("beta_end").asDouble(0.02),
                        betas.get("num_train_timesteps").asInt())
                .table());
    }

    /** {@code total_N}. */
    static int steps(DiffusionProcess process) {
        return process instanceof LogAlphaProcess discrete ? discrete.steps() : CONTINUOUS_N;
    }

    /** Of a {@code skip_type}. */
    static ContinuousSpacing spacing(String word) {
        return switch (word) {
            case "time_uniform" -> ContinuousSpacing.UNIFORM;
            case "time_quadratic" -> ContinuousSpacing.QUADRATIC;
            case "logSNR" -> ContinuousSpacing.LOG_SNR;
            default -> throw new IllegalArgumentException("skip_type " + word);
        };
    }
}
