package org.diffusion4j.process.continuous;

import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.VariancePreserving;

/**
 * The sub-VP SDE on [0, 1]: alpha as in {@link VariancePreserving}, but {@code sigma = 1 − alpha²}, which is less than its √(1 −
 * alpha²). The network receives t.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, equation 29 and appendix B;
 * the process of their best likelihoods.
 */
public record SubVariancePreserving(double betaMin, double betaRange) implements ContinuousProcess {

    public SubVariancePreserving {
        new VariancePreserving(betaMin, betaRange); // refuses what it would
    }

    /** With beta from 0.1 to 20. */
    public SubVariancePreserving() {
        this(0.1, 19.9);
    }

    @Override
    public double alpha(double t) {
        return preserving().alpha(t);
    }

    @Override
    public double sigma(double t) {
        double sigma = preserving().sigma(t);
        return sigma * sigma;
    }

    @Override
    public double networkTime(double t) {
        return t;
    }

    /** The ratio is 2·sinh(B/2), where B is the integral of beta from 0 to t. */
    @Override
    public double timeAt(double ratio) {
        double half = ratio / 2;
        double integral = 2 * Math.log1p(half + half * half / (1 + Math.hypot(1, half)));
        return preserving().timeAt(Math.sqrt(Math.expm1(integral)));
    }

    @Override
    public double firstTime() {
        return preserving().firstTime();
    }

    @Override
    public double lastTime() {
        return preserving().lastTime();
    }

    @Override
    public double priorDeviation() {
        return preserving().priorDeviation();
    }

    @Override
    public double alphaRate(double t) {
        return preserving().alphaRate(t);
    }

    @Override
    public double sigmaRate(double t) {
        return -2 * alpha(t) * alphaRate(t);
    }

    private VariancePreserving preserving() {
        return new VariancePreserving(betaMin, betaRange);
    }
}
