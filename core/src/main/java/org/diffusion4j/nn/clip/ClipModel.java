package org.diffusion4j.nn.clip;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/**
 * CLIP: a text tower and a vision tower whose features can be compared.
 *
 * <p>Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021, figure 3; names as in
 * transformers' {@code CLIPModel}.
 *
 * <p>Threads: it may be used by many at once while nobody changes the parameters; {@link #close} waits for calls under way.
 */
public final class ClipModel implements AutoCloseable {

    private static final double INITIAL_SCALE = Math.log(1 / 0.07); // section 2.5

    private final Parameters parameters = new Parameters("CLIP");
    private final ClipTextTower text;
    private final ClipVisionTower vision;
    private final Parameter logScale;

    /**
     * A new model.
     *
     * @param dtype float32 in use, float64 in tests
     * @throws IllegalArgumentException if the towers have no projection, or of different widths
     */
    public ClipModel(ClipTextConfig text, ClipVisionConfig vision, long seed, ScalarType dtype) {
        int width = text.width().projection();
        require(
                width > 0 && width == vision.width().projection(),
                "both towers need a projection of the same width, were %s and %s",
                width,
                vision.width().projection());
        logScale = parameters.add("logit_scale", new Initialiser.Constant(INITIAL_SCALE));
        this.text = new ClipTextTower(text, parameters);
        this.vision = new ClipVisionTower(vision, parameters);
        parameters.allocate(seed, dtype);
    }

    /**
     * The features of whole texts, of unit length; differentiable where gradients are enabled.
     *
     * @param rows int64 {@code [batch, length]}
     * @return {@code [batch, projection]}, made in the caller's scope
     */
    public Tensor textFeatures(Tensor rows) {
        return Scoped.result(() -> unit(text.projected(text.pooled(text.normalized(text.hidden(rows, 0)), rows))));
    }

    /**
     * The features of pictures, of unit length; differentiable where gradients are enabled.
     *
     * @param pictures {@code [batch, channels, imageSize, imageSize]}, as {@code data.clip.ClipPictures} prepares them
     * @return {@code [batch, projection]}, made in the caller's scope
     */
    public Tensor pictureFeatures(Tensor pictures) {
        return Scoped.result(() -> unit(vision.projected(vision.pooled(vision.hidden(pictures, 0)))));
    }

    private static Tensor unit(Tensor features) {
        Tensor squares = features.square().sum(-1);
        return features.div(squares.sqrt().unsqueeze(-1));
    }

    /**
     * How well each text fits each picture: the cosine between their features times the learned scale. The softmax over the texts is
     * their probability for a picture.
     *
     * @param texts {@code [texts, projection]}, of {@link #textFeatures}
     * @param pictures {@code [pictures, projection]}, of {@link #pictureFeatures}
     * @return {@code [texts, pictures]}, made in the caller's scope
     */
    public Tensor logits(Tensor texts, Tensor pictures) {
        return Scoped.result(() -> texts.matmul(pictures.t()).mul(scale()));
    }

    /** What cosines are multiplied by, a scalar that is learned; made in the caller's scope. */
    public Tensor scale() {
        try (CloseGuard.Use use = parameters.use()) {
            return logScale.value().exp();
        }
    }

    /**
     * The contrastive loss of pairs: the mean of the cross entropies of finding a text's picture and a picture's text.
     *
     * @param logits {@code [n, n]}, pairs on the diagonal
     * @return a scalar, made in the caller's scope
     */
    public static Tensor loss(Tensor logits) {
        return Scoped.result(() -> losses(logits).mean());
    }

    /** The same of each pair, {@code [n]}. */
    public static Tensor losses(Tensor logits) {
        return Scoped.result(() -> entropies(logits).add(entropies(logits.t())).mul(new Scalar(0.5)));
    }

    private static Tensor entropies(Tensor logits) {
        Tensor places =
                torch.arange(new Scalar(logits.size(0)), logits.options()).to(ScalarType.Long);
        return torch.cross_entropy_loss(
                logits,
                places,
                new TensorOptional(),
                torch.Reduction.None.value,
                -100,
                0); // -100: no place is left out
    }

    /** The text tower, borrowed: it lives as long as the model. */
    public ClipTextTower text() {
        return text;
    }

    /** The vision tower, borrowed: it lives as long as the model. */
    public ClipVisionTower vision() {
        return vision;
    }

    /** The parameters of both towers and the scale, borrowed: they live as long as the model. */
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
