package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.diffusion4j.engine.DidYouMean;

/**
 * The shape of the betas between two ends; each is known by a name that recipes and the command line use.
 *
 * <p>Other projects use some of these names for other curves; what they call each is said with it.
 */
public enum BetaCurve {

    /** Equal differences (DDPM: 1e-4 … 0.02 at T = 1000; latent diffusion's "sqrt_linear"). */
    LINEAR("linear", s -> linear(s, 1, s.steps())),

    /** Equal differences of the square roots (latent diffusion's "linear", DDIM's "quad", "quadratic" elsewhere). */
    SCALED_LINEAR(
            "scaled-linear",
            s -> between(Math.sqrt(s.betaStart()), Math.sqrt(s.betaEnd()), s.steps(), root -> root * root)),

    /**
     * {@code alphaBar(t) = cos²((t/T + s)/(1 + s) · π/2)} with {@link BetaSchedule#cosineOffset} for s, beta at most 0.999 (IDDPM,
     * equation 17, s = 0.008); the ends are not used.
     */
    COSINE("cosine", s -> ofAlphaBar(s.steps(), u -> squaredCosine(u, s.cosineOffset()))),

    /** A sigmoid over [−6, 6] between the ends (DDIM's and diffusers' "sigmoid"). */
    SIGMOID(
            "sigmoid",
            s -> between(
                    -6,
                    6,
                    s.steps(),
                    logit -> s.betaStart() + (s.betaEnd() - s.betaStart()) * SigmoidShape.sigmoid(logit))),

    /** {@link #LINEAR} with both ends scaled by 1000/T, so that the process ends equally noisy for any T (IDDPM's "linear"). */
    IDDPM_LINEAR("iddpm-linear", s -> linear(s, 1000.0 / s.steps(), s.steps())),

    /** Square roots of equal differences (latent diffusion's "sqrt"). */
    SQRT("sqrt", s -> between(s.betaStart(), s.betaEnd(), s.steps(), Math::sqrt)),

    /** The last beta everywhere (DDPM's code). */
    CONST("const", s -> between(s.betaEnd(), s.betaEnd(), s.steps(), beta -> beta)),

    /** {@code 1/T, 1/(T − 1), … 1}, so that alphaBar falls in equal steps to 0; the ends are not used (DDPM's code). */
    JSD("jsd", s -> between(s.steps(), 1, s.steps(), left -> 1 / left)),

    /** {@link #LINEAR} over the first tenth of the steps, then {@link #CONST} (DDPM's code). */
    WARMUP_10("warmup-10", s -> warmUp(0.1, s)),

    /** {@link #LINEAR} over the first half of the steps, then {@link #CONST} (DDPM's code). */
    WARMUP_50("warmup-50", s -> warmUp(0.5, s)),

    /**
     * alphaBar is the {@link SigmoidShape} of {@link BetaSchedule#sigmoid} (Jabri, Fleet, Chen 2022, algorithm 2;
     * denoising-diffusion-pytorch's "sigmoid"); the ends are not used.
     */
    SIGMOID_ALPHA_BAR("sigmoid-alpha-bar", s -> ofAlphaBar(s.steps(), s.sigmoid()::alphaBar)),

    /**
     * {@code alphaBar(t) = 1 − √(t/T + 0.0001)} (Li et al., "Diffusion-LM Improves Controllable Text Generation", NeurIPS 2022,
     * appendix A; its code's "sqrt"). As in the code alphaBar is divided by its 0.99 at t = 0, so that it begins at 1.
     */
    DIFFUSION_LM("diffusion-lm", s -> ofAlphaBar(s.steps(), u -> 1 - Math.sqrt(u + 0.0001))),

    /** {@code alphaBar(t) = cos²((t/T + 0.1)/1.1 · π/2)}, which begins below 1 (Diffusion-LM's code, "trunc_cos"). */
    TRUNCATED_COSINE("truncated-cosine", s -> {
        double[] rest = ofAlphaBar(s.steps(), u -> squaredCosine(u, 0.1));
        double first = 1 - squaredCosine(0, 0.1);
        return DoubleStream.concat(DoubleStream.of(first), DoubleStream.of(rest).limit(s.steps() - 1L))
                .toArray();
    }),

    /** {@link #IDDPM_LINEAR}, every beta larger by 0.01 (Diffusion-LM's code, "trunc_lin"). */
    TRUNCATED_LINEAR(
            "truncated-linear",
            s -> DoubleStream.of(IDDPM_LINEAR.betas(s)).map(beta -> beta + 0.01).toArray()),

    /** {@link #IDDPM_LINEAR} after ten steps that come down to its start from 0.01 above (Diffusion-LM's code, "pw_lin"). */
    PIECEWISE_LINEAR("piecewise-linear", s -> {
        require(s.steps() > 10, "piecewise-linear betas need more than 10 steps, was %s", s.steps());
        double scale = 1000.0 / s.steps();
        double start = scale * s.betaStart();
        return DoubleStream.concat(
                        DoubleStream.of(between(start + 0.01, start, 10, beta -> beta)),
                        DoubleStream.of(linear(s, scale, s.steps() - 10)))
                .toArray();
    });

    private static final double MAX_BETA = 0.999;

    private final String text;
    private final Formula formula;

    BetaCurve(String text, Formula formula) {
        this.text = text;
        this.formula = formula;
    }

    private interface Formula {
        double[] betas(BetaSchedule settings);
    }

    /** The betas of timesteps 0 … steps − 1, as the formula gives them, not checked. */
    double[] betas(BetaSchedule settings) {
        return formula.betas(settings);
    }

    /**
     * The curve of that name.
     *
     * @throws IllegalArgumentException if there is none; the message has those that are
     */
    public static BetaCurve named(String name) {
        return DidYouMean.choose("beta schedule", name, List.of(values()));
    }

    /** The name, as {@link #named} takes it. */
    @Override
    public String toString() {
        return text;
    }

    /** {@code curve} at {@code steps} equidistant points from start to end; one point is the start. */
    private static double[] between(double start, double end, int steps, DoubleUnaryOperator curve) {
        double[] values = new double[steps];
        for (int i = 0; i < steps; i++) {
            values[i] = curve.applyAsDouble(steps == 1 ? start : start + i * ((end - start) / (steps - 1)));
        }
        return values;
    }

    /** The betas, at most 0.999, whose product follows alphaBar, a function of t/T, from its value at 0. */
    private static double[] ofAlphaBar(int steps, DoubleUnaryOperator alphaBar) {
        double[] betas = new double[steps];
        for (int t = 0; t < steps; t++) {
            double before = alphaBar.applyAsDouble(t / (double) steps);
            double after = alphaBar.applyAsDouble((t + 1) / (double) steps);
            betas[t] = Math.min(1 - after / before, MAX_BETA);
        }
        return betas;
    }

    /** Equal differences between the ends times {@code scale}. */
    private static double[] linear(BetaSchedule s, double scale, int steps) {
        return between(scale * s.betaStart(), scale * s.betaEnd(), steps, beta -> beta);
    }

    private static double[] warmUp(double share, BetaSchedule s) {
        int rising = (int) (s.steps() * share);
        return DoubleStream.concat(
                        DoubleStream.of(linear(s, 1, rising)),
                        DoubleStream.of(between(s.betaEnd(), s.betaEnd(), s.steps() - rising, beta -> beta)))
                .toArray();
    }

    private static double squaredCosine(double u, double offset) {
        double cos = Math.cos((u + offset) / (1 + offset) * Math.PI / 2);
        return cos * cos;
    }
}
