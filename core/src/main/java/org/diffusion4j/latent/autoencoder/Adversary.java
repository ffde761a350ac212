package org.diffusion4j.latent.autoencoder;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.vae.PatchDiscriminator;
import org.diffusion4j.nn.vae.PictureAutoencoder;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.TimeSampler;
import org.diffusion4j.train.Trainer;

/**
 * An autoencoder against a discriminator of patches, both with the hinge loss.
 *
 * <p>Esser, Rombach, Ommer, "Taming Transformers for High-Resolution Image Synthesis", CVPR 2021, equations 6 and 7, as their code and that
 * of latent diffusion have it. The discriminator learns from what the autoencoder makes at the weights of the step before, where their
 * code makes it anew after the autoencoder's step.
 *
 * @param loss of the autoencoder alone
 * @param autoencoder borrowed
 * @param discriminator borrowed
 */
record Adversary(
        AutoencoderLoss loss,
        PictureAutoencoder autoencoder,
        PatchDiscriminator discriminator,
        DiscriminatorSettings settings) {

    private static final double DELTA = 1e-4; // equation 7 has 1e-6, the code this
    private static final double MOST = 1e4;

    Trainer.Opponent opponent() {
        return new Trainer.Opponent(
                discriminator.parameters(), new Fooling(), new Judging(), settings.from(), settings.rate());
    }

    /** The loss of the autoencoder: that of before, and as much as its pictures are taken for false ones. */
    final class Fooling extends WithoutTime {

        @Override
        public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
            AutoencoderLoss.Terms terms = loss.terms(x0, noise);
            Tensor fooling = discriminator.of(terms.pictures()).mean(1).neg();
            double weight = settings.weight() * adaptive(terms.error(), fooling, autoencoder.lastLayer());
            return terms.error().add(terms.penalty()).add(fooling, new Scalar(weight));
        }
    }

    /** The loss of the discriminator, which is to give real patches more than 1 and others less than −1. */
    final class Judging extends WithoutTime {

        @Override
        public Tensor of(Tensor x0, Condition condition, double[] times, Tensor noise) {
            Tensor again = Scoped.result(() -> {
                try (AutoGradMode noGrad = new AutoGradMode(false)) {
                    return loss.bottleneck().pass(x0, noise).pictures();
                }
            });
            Tensor real = hinge(discriminator.of(x0).neg());
            Tensor made = hinge(discriminator.of(again));
            return real.add(made).mul(new Scalar(0.5));
        }

        private static Tensor hinge(Tensor logits) {
            return logits.add(new Scalar(1)).relu().mean(1);
        }
    }

    /** A loss with the times of the autoencoder's. */
    abstract class WithoutTime implements Loss {

        @Override
        public TimeSampler times() {
            return loss.times();
        }

        @Override
        public double timeAt(double share) {
            return loss.timeAt(share);
        }
    }

    /**
     * By how much the gradient of the adversarial term is to be multiplied in order to be as long as that of the error, in the decoder's
     * last layer (equation 7); of a part of a batch that is computed alone it is that part's.
     *
     * @param error {@code [batch]}
     * @param fooling {@code [batch]}
     */
    static double adaptive(Tensor error, Tensor fooling, Tensor lastLayer) {
        double weight = gradientNorm(error, lastLayer) / (gradientNorm(fooling, lastLayer) + DELTA);
        return Math.min(MOST, Math.max(0, weight));
    }

    private static double gradientNorm(Tensor terms, Tensor lastLayer) {
        TensorVector gradients = torch.grad(
                new TensorVector(terms.mean()),
                new TensorVector(lastLayer),
                new TensorVector(),
                new BoolOptional(true), // the graph is needed again
                false,
                false);
        return gradients.get(0).norm().item_double();
    }
}
