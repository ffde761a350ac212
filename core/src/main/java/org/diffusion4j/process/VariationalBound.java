package org.diffusion4j.process;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The terms of the variational bound on the negative log-likelihood, in bits per dimension, one value per sample.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, equation 5: L_T of {@link #prior}, L_{T−1} … L_0 of
 * {@link #term}; their sum bounds the bits that a lossless code of the sample needs. Differentiable.
 */
public final class VariationalBound {

    private static final double NATS_PER_BIT = Math.log(2);

    private VariationalBound() {}

    /**
     * The term of one step: KL(q(x_s | x_t, x0) ‖ p(x_s | x_t)), or −log p(x0 | x_1) where the step ends at the clean sample.
     *
     * @param x0 {@code [batch, …]}, pixels in [−1, 1]
     * @param xt a sample of q(x_t | x0)
     * @param x0Hat what the model takes for x0
     * @param logVariance of p(x_s | x_t), shaped as x or as the step's tensors
     * @return float64 {@code [batch]}, made in the caller's scope
     */
    public static Tensor term(Tensor x0, Tensor xt, Tensor x0Hat, Tensor logVariance, ReverseStep step) {
        Tensor mean = step.mean(x0Hat, xt);
        Tensor kl = NormalKl.of(step.mean(x0, xt), step.logSmall(), mean, logVariance);
        Tensor surprise = DiscretisedGaussian.logLikelihood(x0, mean, logVariance.div(new Scalar(2)))
                .neg();
        return bits(surprise).where(step.toClean().flatten(), bits(kl));
    }

    /**
     * What is left of x0 at the process's last time: KL(q(x_T | x0) ‖ N(0, 1)); no model is asked.
     *
     * @param last T
     * @return {@code [batch]}, made in the caller's scope
     */
    public static Tensor prior(DiffusionProcess process, double last, Tensor x0) {
        Tensor mean = x0.mul(new Scalar(process.alpha(last)));
        Tensor zero = torch.zeros_like(x0);
        return bits(NormalKl.of(mean, zero.add(new Scalar(2 * Math.log(process.sigma(last)))), zero, zero));
    }

    private static Tensor bits(Tensor nats) {
        return nats.flatten(1, -1).mean(1).div(new Scalar(NATS_PER_BIT));
    }
}
