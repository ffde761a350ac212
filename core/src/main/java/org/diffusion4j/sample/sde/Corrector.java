package org.diffusion4j.sample.sde;

import static org.diffusion4j.engine.Require.require;

import java.util.function.IntFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Steps of Langevin dynamics at one noise level, {@code x + size·score + √(2·size)·z}, which bring samples nearer to the distribution
 * of that level.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, algorithms 4 and 5.
 *
 * @param rule how long a step is
 * @param snr r, the signal-to-noise ratio of a step, above 0; 0.16 for VE, 0.05 to 0.2 for VP
 * @param steps at each level, not negative; 0 for no corrector
 * @param norm of score and noise; {@link NormScope#BATCH} as the authors' code. That of each sample hardly differs where samples have
 *     hundreds of numbers; of a few numbers it varies so much that Langevin dynamics draw from another distribution: take {@link
 *     Rule#ALD} there
 */
public record Corrector(Rule rule, double snr, int steps, NormScope norm) {

    /** No corrector. */
    public static final Corrector NONE = new Corrector(Rule.LANGEVIN, 0.16, 0, NormScope.SAMPLE);

    private static final double TINY = 1e-12; // a score of 0 would ask for an endless step

    public Corrector {
        require(snr > 0 && snr < Double.POSITIVE_INFINITY, "snr must be above 0, was %s", snr);
        require(steps >= 0, "the steps of a corrector must not be negative, were %s", steps);
        if (steps == 0) { // no corrector is one thing
            rule = Rule.LANGEVIN;
            snr = 0.16;
            norm = NormScope.SAMPLE;
        }
    }

    /** How long a step is; kept is alpha(t)/alpha(s). */
    public enum Rule {

        /** {@code 2·kept²·(snr·‖z‖/‖score‖)²}, by the sizes of the noise and of the score. */
        LANGEVIN("langevin") {
            @Override
            Tensor size(Tensor eps, Tensor z, ReverseMove move, Corrector corrector) {
                Tensor score = corrector.norm.sizes(eps).div(new Scalar(move.sigma()));
                return corrector
                        .norm
                        .sizes(z)
                        .div(score.clamp_min(new Scalar(TINY)))
                        .mul(new Scalar(corrector.snr))
                        .square()
                        .mul(new Scalar(2 * Math.pow(move.forward().kept(), 2)));
            }
        },

        /** {@code 2·kept²·(snr·sigma)²}, by the noise level alone, as in annealed Langevin dynamics. */
        ALD("ald") {
            @Override
            Tensor size(Tensor eps, Tensor z, ReverseMove move, Corrector corrector) {
                double size = 2 * Math.pow(move.forward().kept() * corrector.snr * move.sigma(), 2);
                return torch.full(new long[] {1}, new Scalar(size), eps.options());
            }
        };

        private final String text;

        Rule(String text) {
            this.text = text;
        }

        abstract Tensor size(Tensor eps, Tensor z, ReverseMove move, Corrector corrector);

        /** The name that options use. */
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * All steps at the time from which {@code move} goes.
     *
     * @param noise of step k
     */
    Tensor correct(Tensor x, ReverseMove move, IntFunction<Tensor> noise) {
        Tensor corrected = x;
        for (int k = 0; k < steps; k++) {
            Tensor eps = move.model().at(corrected, move.t()).eps();
            Tensor z = noise.apply(k);
            Tensor size = rule.size(eps, z, move, this);
            Tensor towards = eps.mul(size).div(new Scalar(move.sigma()));
            corrected = corrected.sub(towards).add(z.mul(size.mul(new Scalar(2)).sqrt()));
        }
        return corrected;
    }
}
