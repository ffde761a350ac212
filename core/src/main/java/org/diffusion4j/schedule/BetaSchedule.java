package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.List;

/**
 * The settings from which a {@link DiscreteSchedule} is made: what a recipe or a model folder says about the betas.
 *
 * @param curve the shape between the ends; not used where {@code explicit} betas are given
 * @param betaStart beta of timestep 0, for curves that have ends
 * @param betaEnd beta of timestep {@code steps − 1}, for curves that have ends
 * @param steps T, the number of timesteps
 * @param zeroTerminalSnr whether the last timestep is pure noise ({@link DiscreteSchedule#withZeroTerminalSnr})
 * @param explicit the betas themselves, {@code steps} of them, or empty for those of the curve
 */
public record BetaSchedule(
        BetaCurve curve, double betaStart, double betaEnd, int steps, boolean zeroTerminalSnr, List<Double> explicit) {

    private static final int MOST_STEPS = 1_000_000;

    public BetaSchedule {
        require(steps >= 1, "a beta schedule needs at least 1 step, was %s", steps);
        require(
                steps <= MOST_STEPS,
                "a beta schedule has at most %s steps (num_train_timesteps), was %s",
                MOST_STEPS,
                steps);
        require(
                0 < betaStart && betaStart <= betaEnd && betaEnd < 1,
                "betas need 0 < betaStart <= betaEnd < 1, were %s and %s",
                betaStart,
                betaEnd);
        require(
                explicit.isEmpty() || explicit.size() == steps,
                "explicit betas must be as many as steps, %s, were %s",
                steps,
                explicit.size());
        explicit = List.copyOf(explicit);
    }

    /** A curve between two ends. */
    public BetaSchedule(BetaCurve curve, double betaStart, double betaEnd, int steps) {
        this(curve, betaStart, betaEnd, steps, false, List.of());
    }

    /** Linear from 1e-4 to 0.02 in 1000 steps (DDPM, section 4). */
    public static BetaSchedule ddpm() {
        return new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.02, 1000);
    }

    /** The cosine curve of IDDPM. */
    public static BetaSchedule cosine(int steps) {
        return new BetaSchedule(BetaCurve.COSINE, 1e-4, 0.02, steps);
    }

    /** The same with {@code zeroTerminalSnr}. */
    public BetaSchedule withZeroTerminalSnr() {
        return new BetaSchedule(curve, betaStart, betaEnd, steps, true, explicit);
    }

    /** The same without. */
    public BetaSchedule withoutZeroTerminalSnr() {
        return new BetaSchedule(curve, betaStart, betaEnd, steps, false, explicit);
    }

    /** {@link BetaCurve#IDDPM_LINEAR} as {@link BetaCurve#LINEAR} between the scaled ends: the same betas. */
    public BetaSchedule asLinear() {
        double scale = 1000.0 / steps;
        return new BetaSchedule(BetaCurve.LINEAR, scale * betaStart, scale * betaEnd, steps, zeroTerminalSnr, explicit);
    }

    /**
     * The table.
     *
     * @throws IllegalArgumentException if a beta leaves (0, 1], as those of {@link BetaCurve#IDDPM_LINEAR} do for few steps
     */
    public DiscreteSchedule table() {
        double[] betas = explicit.isEmpty()
                ? curve.betas(betaStart, betaEnd, steps)
                : explicit.stream().mapToDouble(Double::doubleValue).toArray();
        DiscreteSchedule table = DiscreteSchedule.ofBetas(betas);
        return zeroTerminalSnr ? table.withZeroTerminalSnr() : table;
    }
}
