package org.diffusion4j.latent;

import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.edit.KnownPart;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.vae.DiagonalGaussian;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;

/**
 * One batch on its way from the start to latents: what the start is, and what the model knows of it.
 *
 * @param guided how the model is asked
 * @param noise at {@link NoiseStream#START} what begins as noise; at {@link #PICTURE} and {@link #KEPT} what the autoencoder's
 *     distributions are sampled with; and the sampler's
 */
record LatentSampling(LatentCodec codec, LatentPlan plan, GuidedPrompts guided, NoiseStream noise) {

    /** The address of the noise with which the latents of a picture are drawn. */
    static final int PICTURE = Integer.MAX_VALUE;

    /** The address of the noise with which the latents of the kept part are drawn. */
    static final int KEPT = Integer.MAX_VALUE - 1;

    private static final double HALF = 0.5;

    /**
     * The latents at the end, made in the caller's scope.
     *
     * @param like float32, shaped as the latents, on the model's device; borrowed
     */
    Tensor from(LatentStart start, Tensor like, SampleListener listener) {
        return Scoped.result(() -> {
            if (start instanceof LatentStart.Picture given) {
                return fromPicture(given, like, listener);
            }
            return start instanceof LatentStart.Inpaint given
                    ? inpainted(given, like, listener)
                    : walked(plan, guided.denoiser(plan), pure(noise.draw(NoiseStream.START, like)), listener);
        });
    }

    private Tensor pure(Tensor eps) {
        return plan.startScale() == 1 ? eps : eps.mul(new Scalar(plan.startScale()));
    }

    private Tensor fromPicture(LatentStart.Picture given, Tensor like, SampleListener listener) {
        DiagonalGaussian found = codec.encode(on(given.picture(), like));
        Optional<LatentPlan> rest = plan.from(given.strength());
        if (rest.isEmpty()) {
            return codec.scaled(found.mean()).expand_as(like).contiguous();
        }
        Tensor latents = drawn(found, PICTURE, like);
        Tensor eps = noise.draw(NoiseStream.START, like);
        return walked(rest.get(), guided.denoiser(rest.get()), noised(rest.get(), latents, eps), listener);
    }

    private Tensor inpainted(LatentStart.Inpaint given, Tensor like, SampleListener listener) {
        LatentPlan rest = rest(plan, given);
        boolean ownChannels = guided.channels() > like.size(1);
        boolean pictureMatters = !ownChannels || given.strength() < 1;
        Tensor picture = on(given.picture(), like);
        Tensor painted = on(given.mask(), like).ge(new Scalar(HALF));
        Tensor small = nearest(painted, like);
        Tensor latents = pictureMatters ? drawn(codec.encode(picture), PICTURE, like) : like;
        Tensor eps = noise.draw(NoiseStream.START, like);
        Tensor x = given.strength() == 1 ? pure(eps) : noised(rest, latents, eps);
        if (ownChannels) {
            Tensor kept = picture.mul(painted.logical_not().to(ScalarType.Float));
            Tensor channels = torch.cat(
                    new TensorVector(
                            small.to(like).expand(like.size(0), 1, like.size(2), like.size(3)),
                            drawn(codec.encode(kept), KEPT, like)),
                    1);
            return walked(rest, guided.with(UNet2DCondition.CHANNELS, channels).denoiser(rest), x, listener);
        }
        KnownPart known = new KnownPart(
                guided.denoiser(rest), latents, eps, small, rest.grid().time(0));
        return known.restored(walked(rest, known, x, listener));
    }

    /**
     * The steps that inpainting walks.
     *
     * @throws IllegalArgumentException if there is none
     */
    static LatentPlan rest(LatentPlan plan, LatentStart.Inpaint given) {
        return plan.from(given.strength())
                .orElseThrow(() -> new IllegalArgumentException("no step is left at strength " + given.strength()
                        + "; raise it to " + 1.0 / plan.grid().steps() + " or more, or draw in more steps"));
    }

    /** A sample of the latents of one picture for each of the batch. */
    private Tensor drawn(DiagonalGaussian found, int address, Tensor like) {
        Tensor eps = noise.draw(address, like);
        return codec.scaled(new DiagonalGaussian(
                        found.mean().expand_as(like), found.logVariance().expand_as(like))
                .sample(eps));
    }

    private static Tensor noised(LatentPlan rest, Tensor latents, Tensor eps) {
        return NoiseLevel.at(rest.process(), rest.grid().time(0)).noised(latents, eps);
    }

    /** Of the mask, the pixel at the top left of each latent. */
    static Tensor nearest(Tensor mask, Tensor like) {
        return torch.upsample_nearest2d(mask.to(ScalarType.Float), new long[] {like.size(2), like.size(3)})
                .ge(new Scalar(HALF));
    }

    private static Tensor on(Tensor given, Tensor like) {
        return given.to(like.device(), ScalarType.Float);
    }

    private Tensor walked(LatentPlan way, Denoiser model, Tensor start, SampleListener listener) {
        try (Tensor end = way.sampler().sample(model, way.grid(), start, noise, listener)) {
            return end.clone();
        }
    }
}
