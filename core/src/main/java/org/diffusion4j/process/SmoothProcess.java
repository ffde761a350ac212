package org.diffusion4j.process;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A process whose coefficients have derivatives: the SDE {@code dx = drift(t)·x dt + diffusion(t) dw}. Its probability-flow ODE is
 * {@code dx/dt = alpha'(t)·x0 + sigma'(t)·eps}, the same as {@code drift·x − diffusion²·score/2}.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, equations 5, 6 and 13; any
 * alpha and sigma have such an SDE (Karras et al., EDM, 2022, equations 27 and 28).
 */
public interface SmoothProcess extends DiffusionProcess {

    /** dalpha/dt. */
    double alphaRate(double t);

    /** dsigma/dt. */
    double sigmaRate(double t);

    /** f(t), which multiplies x: dlog(alpha)/dt. Infinite where alpha is 0. */
    default double drift(double t) {
        return alphaRate(t) / alpha(t);
    }

    /** g(t), the standard deviation of the noise in a unit of time: {@code g² = d(sigma²)/dt − 2·f·sigma²}. */
    default double diffusion(double t) {
        double sigma = sigma(t);
        return Math.sqrt(Math.max(0, 2 * sigma * (sigmaRate(t) - drift(t) * sigma)));
    }

    /**
     * dx/dt of the probability-flow ODE, {@code alpha'(t)·x0 + sigma'(t)·eps}.
     *
     * @param at what a model believes about x at time t
     * @return shaped as x, made in the caller's scope
     */
    default Tensor flow(Denoised at, double t) {
        return at.x0().mul(new Scalar(alphaRate(t))).add(at.eps(), new Scalar(sigmaRate(t)));
    }
}
