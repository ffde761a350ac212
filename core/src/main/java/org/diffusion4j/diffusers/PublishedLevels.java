package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import org.diffusion4j.schedule.NoiseSpacing;

/**
 * Diffusers' {@code use_karras_sigmas}, {@code use_exponential_sigmas}, {@code use_lu_lambdas} and {@code use_beta_sigmas}: the noise levels of the steps by
 * a formula instead of by their timesteps.
 *
 * @param spacing empty where no key asks for one
 * @param min the last level, or empty for that of the timesteps
 * @param max the first level, or empty for that of the timesteps
 */
record PublishedLevels(List<NoiseSpacing> spacing, List<Double> min, List<Double> max) {

    private static final Map<String, NoiseSpacing> FLAGS = Map.of(
            "use_karras_sigmas", NoiseSpacing.KARRAS,
            "use_exponential_sigmas", NoiseSpacing.EXPONENTIAL,
            "use_lu_lambdas", NoiseSpacing.EXPONENTIAL,
            "use_beta_sigmas", NoiseSpacing.BETA);

    PublishedLevels {
        require(spacing.size() <= 1, "only one of %s can be true", FLAGS.keySet());
    }

    static PublishedLevels of(SchedulerKeys keys) {
        List<NoiseSpacing> spacing = FLAGS.entrySet().stream()
                .filter(entry -> keys.flag(entry.getKey(), false))
                .map(Map.Entry::getValue)
                .toList();
        return new PublishedLevels(spacing, keys.numbers("sigma_min"), keys.numbers("sigma_max"));
    }

    /** Whether the levels are those of the timesteps. */
    boolean none() {
        return spacing.isEmpty();
    }

    /**
     * The levels, first the noisiest.
     *
     * @param least the last, where the keys name none
     * @param most the first, where the keys name none
     */
    double[] between(int n, double least, double most) {
        return spacing.get(0).levels(n, min.isEmpty() ? least : min.get(0), max.isEmpty() ? most : max.get(0));
    }
}
