package org.diffusion4j.nn.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.LayerNorm;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's vision tower: pictures to features of each patch, and of the whole picture.
 *
 * <p>Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021, as in Radford et al. 2021, section 2.4; names as in transformers'
 * {@code CLIPVisionModelWithProjection}. Position 0 is that of the whole picture, whose features begin as a parameter; the patches
 * follow row by row.
 *
 * <p>Threads: it may be used by many at once while nobody changes the parameters; {@link #close} waits for calls under way.
 */
public final class ClipVisionTower implements AutoCloseable {

    private static final double STD = 0.02;

    private final Parameters parameters;
    private final ClipVisionConfig config;
    private final Parameter whole;
    private final Conv2d patches;
    private final Parameter positions;
    private final LayerNorm before;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final LayerNorm after;
    private final @Nullable Parameter projection;

    /**
     * A new tower.
     *
     * @param dtype float32 in use, float64 in tests
     */
    public ClipVisionTower(ClipVisionConfig config, long seed, ScalarType dtype) {
        this(config, new Parameters("the picture encoder"));
        parameters.allocate(seed, dtype);
    }

    /** Declares its parameters among those of a whole model, which allocates them. */
    ClipVisionTower(ClipVisionConfig config, Parameters parameters) {
        this.config = config;
        this.parameters = parameters;
        ClipTextConfig.Width width = config.width();
        int hidden = width.hidden();
        Parameters.Path vision = parameters.root().to("vision_model");
        Parameters.Path embeddings = vision.to("embeddings");
        whole = embeddings.add("class_embedding", new Initialiser.Normal(1 / Math.sqrt(hidden)), hidden);
        patches = Conv2d.patches(embeddings.to("patch_embedding"), config.channels(), hidden, config.patchSize());
        positions = embeddings
                .to("position_embedding")
                .add("weight", new Initialiser.Normal(STD), config.patches() + 1, hidden);
        before = new LayerNorm(vision.to("pre_layrnorm"), hidden, ClipLayer.EPS); // the published spelling
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new ClipLayer(vision.to("encoder.layers." + i), width, false));
        }
        after = new LayerNorm(vision.to("post_layernorm"), hidden, ClipLayer.EPS);
        projection = width.projection() == 0
                ? null
                : parameters
                        .root()
                        .to("visual_projection")
                        .add("weight", Initialiser.fanIn(hidden), width.projection(), hidden);
    }

    /**
     * The features of the whole picture and of each patch after some layers, not normalized.
     *
     * @param pictures {@code [batch, channels, imageSize, imageSize]}, as {@code data.clip.ClipPictures} prepares them
     * @param skipped how many of the last layers are left out
     * @return {@code [batch, 1 + patches, hidden]}, made in the caller's scope
     * @throws IllegalArgumentException if the pictures are of another size, or there are not so many layers
     */
    public Tensor hidden(Tensor pictures, int skipped) {
        int size = config.imageSize();
        require(
                Arrays.equals(
                        pictures.sizes().vec().get(), new long[] {pictures.size(0), config.channels(), size, size}),
                "the picture encoder needs [batch, %s, %s, %s], was given %s",
                config.channels(),
                size,
                size,
                Arrays.toString(pictures.sizes().vec().get()));
        require(
                skipped >= 0 && skipped <= config.layers(),
                "of %s layers between 0 and %s can be skipped, not %s",
                config.layers(),
                config.layers(),
                skipped);
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> {
                Tensor squares = patches.apply(pictures).flatten(2, 3).transpose(1, 2);
                Tensor first = whole.value().to(squares.scalar_type()).expand(squares.size(0), 1, squares.size(2));
                Tensor hidden = before.apply(
                        torch.cat(new TensorVector(first, squares), 1).add(positions.value()));
                for (ClipLayer layer : layers.subList(0, layers.size() - skipped)) {
                    hidden = layer.apply(hidden);
                }
                return hidden;
            });
        }
    }

    /**
     * The features of whole pictures: those at position 0, normalized.
     *
     * @param hidden {@code [batch, 1 + patches, hidden]}, of {@code hidden(pictures, 0)}
     * @return {@code [batch, hidden]}, made in the caller's scope
     */
    public Tensor pooled(Tensor hidden) {
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> after.apply(hidden.select(1, 0)));
        }
    }

    /**
     * The features that are compared with a text's: {@link #pooled} through the projection, not of unit length.
     *
     * @param pooled {@code [batch, hidden]}
     * @return {@code [batch, projection]}, made in the caller's scope
     * @throws IllegalStateException if the tower has no projection
     */
    public Tensor projected(Tensor pooled) {
        if (projection == null) {
            throw new IllegalStateException(
                    "the picture encoder has no projection; its config.json states no projection_dim");
        }
        try (CloseGuard.Use use = parameters.use()) {
            return torch.linear(pooled, projection.value());
        }
    }

    /** The settings it was made with. */
    public ClipVisionConfig config() {
        return config;
    }

    /** The parameters, borrowed: they live as long as the tower. */
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
