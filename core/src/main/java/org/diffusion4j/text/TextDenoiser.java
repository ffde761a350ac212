package org.diffusion4j.text;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextTransformer;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.jspecify.annotations.Nullable;

/**
 * The denoiser of texts: what the network says, rounded to embeddings where that is wanted, with the given tokens in their places.
 *
 * <p>At a given position x0 is the embedding and eps follows from x, so that along any sampler x is there what the forward process would
 * have made of it, and ends at the embedding. A network that learned to fill in receives the embedding itself there, as in DiffuSeq (Gong
 * et al., ICLR 2023).
 *
 * <p>One for each batch: with self-conditioning it remembers the estimate of the step before. Not thread-safe.
 */
final class TextDenoiser implements Denoiser, AutoCloseable {

    private final TextTransformer network;
    private final DiscreteProcess process;
    private final TextPrediction prediction;
    private final double timeScale;
    private final boolean clamp;
    private final boolean anchored;
    private final @Nullable Tensor mask;
    private final @Nullable Tensor given;
    private @Nullable Carried previous;

    /**
     * Of tokens that are given.
     *
     * @param timeScale as in training
     * @param clamp whether x0 is rounded to the nearest embeddings at each step
     * @param anchored whether the network receives given tokens without noise
     * @param tokens null for none; what is made of them lives in the caller's scope
     */
    TextDenoiser(
            TextTransformer network,
            DiscreteProcess process,
            TextPrediction prediction,
            double timeScale,
            boolean clamp,
            boolean anchored,
            @Nullable GivenTokens tokens) {
        this.network = network;
        this.process = process;
        this.prediction = prediction;
        this.timeScale = timeScale;
        this.clamp = clamp;
        this.anchored = anchored;
        GivenTokens fixed = tokens != null && tokens.any() ? tokens : null;
        mask = fixed == null ? null : fixed.mask();
        given = fixed == null ? null : network.embed(fixed.filled());
    }

    @Override
    public DiffusionProcess process() {
        return process;
    }

    @Override
    public Denoised at(Tensor x, double t) {
        prediction.requireDefined(process.alpha(t), process.sigma(t));
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            Tensor x0 = Scoped.result(() -> {
                NoiseLevel level = NoiseLevel.at(process, t);
                Tensor seen = anchored ? withGiven(x) : x;
                Tensor output = network.forward(
                        prediction.input(seen, level, anchored ? mask : null), timesteps(x, t), condition());
                return prediction.x0(output, seen, level).to(x.scalar_type());
            });
            if (network.config().selfConditioning()) {
                remember(x0);
            }
            Tensor kept = withGiven(clamp ? new Rounding(network.embeddings()).rounded(x0) : x0);
            return Prediction.X0.interpret(kept, x, process.alpha(t), process.sigma(t));
        }
    }

    private Tensor withGiven(Tensor x) {
        return mask == null || given == null ? x : torch.where(mask, given.to(x.scalar_type()), x);
    }

    private Condition condition() {
        return previous == null ? Condition.NONE : Condition.of(TextTransformer.PREVIOUS, previous.get());
    }

    private void remember(Tensor x0) {
        if (previous == null) {
            previous = new Carried(x0);
        }
        try (PointerScope scope = new PointerScope()) {
            previous.set(x0.clone());
        }
    }

    private Tensor timesteps(Tensor x, double t) {
        return torch.full(new long[] {x.size(0)}, new Scalar(process.networkTime(t) * timeScale), x.options());
    }

    @Override
    public void close() {
        if (previous != null) {
            previous.close();
        }
    }
}
