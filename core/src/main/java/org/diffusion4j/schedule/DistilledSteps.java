package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.IntStream;

/**
 * The timesteps of a model that was distilled from a teacher's steps, as latent consistency models were: some of the teacher's, which
 * are every ⌊T/original⌋-th.
 *
 * <p>Luo et al., "Latent Consistency Models", 2023, section 4.3; the choice among them is diffusers', of LCM and TCD.
 *
 * @param original how many steps the teacher had; 50 in use
 * @param strength the share of them, the least noisy, that is walked: 1 from noise, less from an image with noise; in (0, 1]
 */
public record DistilledSteps(int original, double strength) {

    public DistilledSteps {
        require(original >= 1, "a model is distilled from at least 1 step, was %s", original);
        require(strength > 0 && strength <= 1, "strength must lie in (0, 1], was %s", strength);
    }

    /** n timesteps evenly among them, the first the noisiest, then the clean sample. */
    public TimeGrid grid(int n, int total) {
        require(original <= total, "a model of %s timesteps cannot be distilled from %s steps", total, original);
        int walked = (int) (original * strength);
        require(
                1 <= n && n <= walked,
                "a model distilled from %s steps takes at most %s at strength %s, not %s",
                original,
                walked,
                strength,
                n);
        int stride = total / original;
        double skipped = walked / (double) n;
        return TimeGrid.of(
                IntStream.range(0, n)
                        .mapToDouble(i -> (walked - Math.floor(i * skipped)) * stride - 1)
                        .toArray(),
                TimeGrid.CLEAN);
    }
}
