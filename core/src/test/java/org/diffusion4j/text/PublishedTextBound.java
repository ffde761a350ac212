package org.diffusion4j.text;

import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.VariationalBound;

/**
 * {@code E2E_KL} of Diffusion-LM's code: terms in bits for each number of each embedding. Its term at t = 0 takes x0 as if x_0 said nothing
 * of it, so it is no tight bound; the library's is {@link TextLikelihood}.
 *
 * @param kl of one step of the chain; at t = 0 that of {@code q(x0 | text)} from what the model takes it for; {@code [batch]}
 * @param rounding −log p(text | x0)
 * @param prior what is left of x0 at the last time
 */
record PublishedTextBound(Tensor kl, Tensor rounding, Tensor prior) {

    private static final double NATS_PER_BIT = Math.log(2);

    /**
     * The terms at the texts' timesteps, made in the caller's scope, differentiable.
     *
     * @param x0 what the model takes for x0
     * @param logVariance of the model's step, shaped as x or as the step's tensors
     */
    static PublishedTextBound of(
            TextTransformer network,
            DiscreteProcess process,
            NoisyTexts texts,
            double[] times,
            Tensor x0,
            Tensor logVariance) {
        ReverseStep step = step(texts);
        Tensor mean = step.mean(x0, texts.xt());
        Tensor between = bits(normalKl(step.mean(texts.xStart(), texts.xt()), step.logSmall(), mean, logVariance));
        Tensor logVariance0 = torch.full_like(texts.embedded(), new Scalar(logVarianceOfStart(process)));
        Tensor atStart = bits(normalKl(texts.embedded(), logVariance0, mean, logVariance));
        Tensor first = Tensors.of(times).to(between).eq(new Scalar(0));
        return new PublishedTextBound(
                torch.where(first, atStart, between),
                texts.roundingLoss(network)
                        .div(new Scalar(NATS_PER_BIT * texts.embedded().size(2))),
                VariationalBound.prior(process, process.table().steps() - 1, texts.xStart()));
    }

    /** The steps of the chain from x_t. */
    static ReverseStep step(NoisyTexts texts) {
        return Objects.requireNonNull(texts.level().step()); // whole timesteps are in the chain
    }

    /** That of {@code q(x0 | text)}. */
    static double logVarianceOfStart(DiscreteProcess process) {
        return 2 * Math.log(process.sigma(0));
    }

    private static Tensor normalKl(Tensor mean1, Tensor logVariance1, Tensor mean2, Tensor logVariance2) {
        Tensor ratio = logVariance1.sub(logVariance2);
        Tensor distance = mean1.sub(mean2).square().mul(logVariance2.neg().exp());
        return ratio.exp().sub(ratio).add(distance).sub(new Scalar(1)).div(new Scalar(2));
    }

    private static Tensor bits(Tensor nats) {
        return nats.flatten(1, -1).mean(1).div(new Scalar(NATS_PER_BIT));
    }
}
