package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.schedule.Phi;

/**
 * One step in lambda = log(alpha/sigma), exact but for the model's part. With h the step's length and tau the share of noise (0 for
 * the ODE, 1 for the reverse SDE),
 *
 * <pre>{@code
 * x_s = keep·x_t + ∫_0^h kernel(u)·m(lambda_t + u) du + std·z
 * X0:  keep = sigma_s/sigma_t·e^(−tau²h)   kernel = (1+tau²)·alpha_s·e^(−(1+tau²)(h−u))   std = sigma_s·√(1 − e^(−2·tau²h))
 * EPS: keep = alpha_s/alpha_t              kernel = −(1+tau²)·sigma_s·e^(h−u)             std = tau·sigma_s·√(e^(2h) − 1)
 * }</pre>
 *
 * where m is the clean sample or the noise. A solver is a rule for the integral: m is taken for the polynomial through the values
 * that the model gave at nearby lambdas, and the kernel's moments are known.
 *
 * <p>DPM-Solver, equation 3.4; DPM-Solver++, equations 8 and 18; with tau SA-Solver, equation 12 (Xue et al., NeurIPS 2023).
 *
 * <p>The clean sample lies at lambda = ∞ and pure noise (zero terminal SNR) at −∞: such a step has one node, the moment of degree 0
 * being finite.
 */
public record LambdaStep(Integrand integrand, double tau, double alphaT, double sigmaT, double alphaS, double sigmaS) {

    public LambdaStep {
        require(
                alphaT > 0 || integrand == Integrand.X0,
                "a solver of the noise divides by alpha, which is 0 at the grid's begin (zero terminal SNR): take one of the clean"
                        + " sample, such as dpm++-2m");
    }

    static LambdaStep of(Integrand integrand, double tau, DiffusionProcess p, double t, double s) {
        boolean clean = p.sigma(s) == 0; // where there is no noise to add
        return new LambdaStep(integrand, clean ? 0 : tau, p.alpha(t), p.sigma(t), p.alpha(s), p.sigma(s));
    }

    /** lambda at t: ∞ for the clean sample, −∞ for pure noise. */
    public static double lambda(DiffusionProcess p, double t) {
        return Math.log(p.alpha(t)) - Math.log(p.sigma(t));
    }

    /** The length of the step, negative for one towards noise. */
    double h() {
        return Math.log(alphaS) - Math.log(sigmaS) - (Math.log(alphaT) - Math.log(sigmaT));
    }

    /** The kernel at the end of the step. */
    double endKernel() {
        return (1 + tau * tau) * (integrand == Integrand.X0 ? alphaS : -sigmaS);
    }

    /** {@code ∫_0^h kernel(u)·u^k du}. */
    double moment(int k) {
        double h = h();
        double rate = integrand == Integrand.X0 ? -(1 + tau * tau) * h : h;
        if (k == 0) {
            return switch (integrand) {
                case X0 -> -alphaS * Math.expm1(rate);
                case EPS -> sigmaS == 0 ? -alphaS * sigmaT / alphaT : endKernel() * Math.expm1(rate);
            };
        }
        return endKernel() * Phi.factorial(k) * Math.pow(h, k + 1) * Phi.of(k + 1, rate);
    }

    /** The moments of degree 0 to {@code nodes − 1}. */
    double[] moments(int nodes) {
        double[] moments = new double[nodes];
        Arrays.setAll(moments, this::moment);
        return moments;
    }

    /**
     * x at the end of the step.
     *
     * @param through a polynomial through the integrand
     * @param moments as {@link #moments}, or what a solver puts in their place
     * @param address of the draw, which is made where {@code tau > 0}
     */
    Tensor end(Tensor xt, LambdaPolynomial through, double[] moments, NoiseStream noise, int address) {
        Tensor mean = through.integral(moments).add(xt, new Scalar(keep()));
        double std = std();
        return std == 0 ? mean : mean.add(noise.draw(address, xt), new Scalar(std));
    }

    private double keep() {
        return switch (integrand) {
            case X0 -> sigmaS / sigmaT * (tau == 0 ? 1 : Math.exp(-tau * tau * h()));
            case EPS -> alphaS / alphaT;
        };
    }

    private double std() {
        if (tau == 0) {
            return 0;
        }
        double h = h();
        require(h >= 0, "a stochastic solver cannot walk towards noise: take tau = 0");
        return switch (integrand) {
            case X0 -> sigmaS * Math.sqrt(-Math.expm1(-2 * tau * tau * h));
            case EPS -> tau * sigmaS * Math.sqrt(Math.expm1(2 * h));
        };
    }
}
