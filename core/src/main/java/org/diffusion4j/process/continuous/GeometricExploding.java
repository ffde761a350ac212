package org.diffusion4j.process.continuous;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.process.ContinuousProcess;

/**
 * The variance-exploding SDE (VE) on [0, 1]: {@code alpha = 1, sigma = sigmaMin·(sigmaMax/sigmaMin)^t}, NCSN's geometric levels in
 * continuous time. The network receives sigma.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, equation 30. Time 0 is the
 * clean sample: sigma jumps there from sigmaMin to 0 (appendix C).
 *
 * @param sigmaMin the least noise; 0.01 in use
 * @param sigmaMax the most, about the largest distance of two samples; 50 for CIFAR-10
 */
public record GeometricExploding(double sigmaMin, double sigmaMax) implements ContinuousProcess {

    public GeometricExploding {
        require(
                0 < sigmaMin && sigmaMin < sigmaMax && sigmaMax < Double.POSITIVE_INFINITY,
                "noise levels need 0 < sigmaMin < sigmaMax, were %s and %s",
                sigmaMin,
                sigmaMax);
    }

    @Override
    public double alpha(double t) {
        return 1;
    }

    @Override
    public double sigma(double t) {
        return t > 0 ? sigmaMin * Math.pow(sigmaMax / sigmaMin, t) : 0;
    }

    @Override
    public double networkTime(double t) {
        return sigma(t);
    }

    /** The inverse of sigma; of less noise than sigmaMin it is the least time that is not clean. */
    @Override
    public double timeAt(double ratio) {
        return ratio <= 0 ? 0 : Math.max(Double.MIN_VALUE, Math.log(ratio / sigmaMin) / rate());
    }

    @Override
    public double firstTime() {
        return 1e-5;
    }

    @Override
    public double lastTime() {
        return 1;
    }

    @Override
    public double alphaRate(double t) {
        return 0;
    }

    @Override
    public double sigmaRate(double t) {
        return sigma(t) * rate();
    }

    private double rate() {
        return Math.log(sigmaMax / sigmaMin);
    }
}
