package org.diffusion4j.guide;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;

/**
 * Classifier guidance: {@code eps − sigma·scale·∇ log p(y | x_t)}, and x0 so that it agrees.
 *
 * <p>Dhariwal, Nichol, "Diffusion Models Beat GANs on Image Synthesis", NeurIPS 2021, algorithm 2. Scale 0 is the model alone.
 *
 * @param classifier of noisy samples
 */
public record ClassifierGuidance(Denoiser model, Classifier classifier, double scale) implements Denoiser {

    public ClassifierGuidance {
        require(Double.isFinite(scale), "the scale of classifier guidance must be a number, was %s", scale);
    }

    /** log p(y | x_t) for the labels that are wanted. */
    @FunctionalInterface
    public interface Classifier {

        /**
         * One logarithm for each sample.
         *
         * @param x {@code [batch, ...]}; the result must be differentiable in it
         * @param networkTime what the process gives a network for the time
         * @return {@code [batch]}, made in the caller's scope
         */
        Tensor logProbability(Tensor x, double networkTime);
    }

    @Override
    public DiffusionProcess process() {
        return model.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        Denoised found = model.at(x, t);
        if (scale == 0) {
            return found;
        }
        double alpha = process().alpha(t);
        double sigma = process().sigma(t);
        require(
                alpha > 0,
                "classifier guidance says nothing about x0 where alpha is 0 (zero terminal SNR): begin below");
        Tensor gradient = gradient(classifier, x, process().networkTime(t));
        return new Denoised(
                found.x0().add(gradient, new Scalar(scale * sigma * sigma / alpha)),
                found.eps().sub(gradient, new Scalar(scale * sigma)),
                found.logVariance());
    }

    /**
     * ∇ log p(y | x_t) with respect to x_t.
     *
     * @param x {@code [batch, ...]}, borrowed
     * @param networkTime what the process gives a network for the time
     * @return shaped as x, made in the caller's scope
     */
    public static Tensor gradient(Classifier classifier, Tensor x, double networkTime) {
        return Scoped.result(() -> {
            try (AutoGradMode withGradients = new AutoGradMode(true)) {
                Tensor leaf = x.detach().requires_grad_(true);
                Tensor sum = classifier.logProbability(leaf, networkTime).sum();
                return new Tensor(torch.grad(new TensorVector(sum), new TensorVector(leaf))
                        .get(0)); // that one dies with the vector
            }
        });
    }
}
