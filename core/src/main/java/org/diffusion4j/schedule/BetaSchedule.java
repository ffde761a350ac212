package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.diffusion4j.engine.Records;

/**
 * The settings from which a {@link DiscreteSchedule} is made: what a recipe or a model folder says about the betas.
 *
 * @param curve the shape between the ends; not used where {@code explicit} betas are given
 * @param betaStart beta of timestep 0, for curves that have ends
 * @param betaEnd beta of timestep {@code steps − 1}, for curves that have ends
 * @param steps T, the number of timesteps
 * @param zeroTerminalSnr whether the last timestep is pure noise ({@link DiscreteSchedule#withZeroTerminalSnr})
 * @param explicit the betas themselves, {@code steps} of them, or empty for those of the curve
 * @param cosineOffset s of {@link BetaCurve#COSINE}, at least 0; 0.008 for every other curve
 * @param sigmoid of {@link BetaCurve#SIGMOID_ALPHA_BAR}; {@link SigmoidShape#PUBLISHED} for every other curve
 */
public record BetaSchedule(
        BetaCurve curve,
        double betaStart,
        double betaEnd,
        int steps,
        boolean zeroTerminalSnr,
        List<Double> explicit,
        double cosineOffset,
        SigmoidShape sigmoid) {

    private static final double COSINE_OFFSET = 0.008;

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
        require(
                cosineOffset >= 0 && Double.isFinite(cosineOffset),
                "cosineOffset must be at least 0, was %s",
                cosineOffset);
        require(
                curve == BetaCurve.COSINE || cosineOffset == COSINE_OFFSET,
                "cosineOffset changes the curve cosine, not %s; omit it",
                curve);
        require(
                curve == BetaCurve.SIGMOID_ALPHA_BAR || sigmoid.equals(SigmoidShape.PUBLISHED),
                "sigmoid changes the curve sigmoid-alpha-bar, not %s; omit it",
                curve);
    }

    /** A curve in its published shape, or explicit betas. */
    public BetaSchedule(
            BetaCurve curve,
            double betaStart,
            double betaEnd,
            int steps,
            boolean zeroTerminalSnr,
            List<Double> explicit) {
        this(curve, betaStart, betaEnd, steps, zeroTerminalSnr, explicit, COSINE_OFFSET, SigmoidShape.PUBLISHED);
    }

    /** A curve in its published shape between two ends. */
    public BetaSchedule(BetaCurve curve, double betaStart, double betaEnd, int steps) {
        this(curve, betaStart, betaEnd, steps, false, List.of());
    }

    /** Linear from 1e-4 to 0.02 in 1000 steps (DDPM, section 4). */
    public static BetaSchedule ddpm() {
        return new BetaSchedule(BetaCurve.LINEAR, 1e-4, 0.02, 1000);
    }

    /** The cosine curve of IDDPM. */
    public static BetaSchedule cosine(int steps) {
        return cosine(steps, COSINE_OFFSET);
    }

    /** The cosine curve with another offset: the larger, the larger the first betas. */
    public static BetaSchedule cosine(int steps, double offset) {
        return new BetaSchedule(BetaCurve.COSINE, 1e-4, 0.02, steps, false, List.of(), offset, SigmoidShape.PUBLISHED);
    }

    /** alphaBar along a sigmoid. */
    public static BetaSchedule sigmoid(int steps, SigmoidShape shape) {
        return new BetaSchedule(BetaCurve.SIGMOID_ALPHA_BAR, 1e-4, 0.02, steps, false, List.of(), COSINE_OFFSET, shape);
    }

    public BetaSchedule withCurve(BetaCurve curve) {
        return Records.with(this, "curve", curve);
    }

    public BetaSchedule withBetaStart(double betaStart) {
        return Records.with(this, "betaStart", betaStart);
    }

    public BetaSchedule withBetaEnd(double betaEnd) {
        return Records.with(this, "betaEnd", betaEnd);
    }

    public BetaSchedule withSteps(int steps) {
        return Records.with(this, "steps", steps);
    }

    public BetaSchedule withExplicit(List<Double> explicit) {
        return Records.with(this, "explicit", explicit);
    }

    public BetaSchedule withCosineOffset(double cosineOffset) {
        return Records.with(this, "cosineOffset", cosineOffset);
    }

    public BetaSchedule withSigmoid(SigmoidShape sigmoid) {
        return Records.with(this, "sigmoid", sigmoid);
    }

    /** The same with {@code zeroTerminalSnr}. */
    public BetaSchedule withZeroTerminalSnr() {
        return withZeroTerminalSnr(true);
    }

    /** The same without. */
    public BetaSchedule withoutZeroTerminalSnr() {
        return withZeroTerminalSnr(false);
    }

    /** The same with this {@code zeroTerminalSnr}. */
    public BetaSchedule withZeroTerminalSnr(boolean zeroTerminalSnr) {
        return Records.with(this, "zeroTerminalSnr", zeroTerminalSnr);
    }

    /** Whether the curve has the shape of its paper, for which other projects have a word. */
    public boolean published() {
        return explicit.isEmpty() && cosineOffset == COSINE_OFFSET && sigmoid.equals(SigmoidShape.PUBLISHED);
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
                ? curve.betas(this)
                : explicit.stream().mapToDouble(Double::doubleValue).toArray();
        DiscreteSchedule table = DiscreteSchedule.ofBetas(betas);
        return zeroTerminalSnr ? table.withZeroTerminalSnr() : table;
    }
}
