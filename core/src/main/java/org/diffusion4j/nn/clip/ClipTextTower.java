package org.diffusion4j.nn.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.LayerNorm;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's text tower: rows of tokens to features of each position, and of the whole text.
 *
 * <p>Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021, section 2.4; names as in
 * transformers' {@code CLIPTextModel}, with a projection as in {@code CLIPTextModelWithProjection}. Each position sees itself and those
 * before it, so that what fills a row after the end changes nothing up to the end.
 *
 * <p>Threads: it may be used by many at once while nobody changes the parameters; {@link #close} waits for calls under way.
 */
public final class ClipTextTower implements AutoCloseable {

    private static final double EMBEDDING_STD = 0.02;
    private static final double POSITION_STD = 0.01;

    private final Parameters parameters;
    private final ClipTextConfig config;
    private final Parameter tokens;
    private final Parameter positions;
    private final List<ClipLayer> layers = new ArrayList<>();
    private final LayerNorm norm;
    private final @Nullable Parameter projection;

    /**
     * A new tower.
     *
     * @param dtype float32 in use, float64 in tests
     */
    public ClipTextTower(ClipTextConfig config, long seed, ScalarType dtype) {
        this(config, new Parameters("the text encoder"));
        parameters.allocate(seed, dtype);
    }

    /** One whose parameters have names and shapes and no values yet; {@link Parameters#drawWith} gives them. */
    public static ClipTextTower withoutValues(ClipTextConfig config) {
        return new ClipTextTower(config, new Parameters("the text encoder"));
    }

    /** Declares its parameters among those of a whole model, which allocates them. */
    ClipTextTower(ClipTextConfig config, Parameters parameters) {
        this.config = config;
        this.parameters = parameters;
        ClipTextConfig.Width width = config.width();
        int hidden = width.hidden();
        Parameters.Path text = parameters.root().to("text_model");
        Parameters.Path embeddings = text.to("embeddings");
        tokens = embeddings
                .to("token_embedding")
                .add("weight", new Initialiser.Normal(EMBEDDING_STD), config.vocabulary(), hidden);
        positions = embeddings
                .to("position_embedding")
                .add("weight", new Initialiser.Normal(POSITION_STD), config.positions(), hidden);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new ClipLayer(text.to("encoder").to("layers").to(String.valueOf(i)), width, true));
        }
        norm = new LayerNorm(text.to("final_layer_norm"), hidden, ClipLayer.EPS);
        projection = width.projection() == 0
                ? null
                : parameters
                        .root()
                        .to("text_projection")
                        .add("weight", Initialiser.fanIn(hidden), width.projection(), hidden);
    }

    /**
     * The features of each position after some layers, not normalized.
     *
     * <p>Stable Diffusion takes {@code normalized(hidden(rows, skipped))}, SDXL {@code hidden(rows, 1)}.
     *
     * @param rows int64 {@code [batch, length]}
     * @param skipped how many of the last layers are left out: diffusers' {@code clip_skip}; web UIs count one more
     * @return {@code [batch, length, hidden]}, made in the caller's scope
     * @throws IllegalArgumentException if the rows are too long, or there are not so many layers
     */
    public Tensor hidden(Tensor rows, int skipped) {
        require(
                rows.dim() == 2 && rows.size(1) >= 1 && rows.size(1) <= config.positions(),
                "rows must be [batch, length] with a length from 1 to %s, were %s",
                config.positions(),
                rows.sizes());
        require(
                skipped >= 0 && skipped <= config.layers(),
                "of %s layers between 0 and %s can be skipped, not %s",
                config.layers(),
                config.layers(),
                skipped);
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> {
                Tensor hidden = torch.embedding(tokens.value(), rows)
                        .add(positions.value().narrow(0, 0, rows.size(1)));
                for (ClipLayer layer : layers.subList(0, layers.size() - skipped)) {
                    hidden = layer.apply(hidden);
                }
                return hidden;
            });
        }
    }

    /** The final norm of what {@link #hidden} returns; shaped alike, made in the caller's scope. */
    public Tensor normalized(Tensor hidden) {
        try (CloseGuard.Use use = parameters.use()) {
            return norm.apply(hidden);
        }
    }

    /**
     * The features of whole texts: the normalized ones of all layers, at the end token.
     *
     * @param normalized {@code [batch, length, hidden]}, of {@code hidden(rows, 0)}
     * @param rows int64 {@code [batch, length]}
     * @return {@code [batch, hidden]}, made in the caller's scope
     */
    public Tensor pooled(Tensor normalized, Tensor rows) {
        return Scoped.result(() -> {
            Tensor end = config.endToken() == ClipTextConfig.LARGEST_TOKEN
                    ? rows
                    : rows.eq(new Scalar(config.endToken())).to(ScalarType.Long);
            Tensor place = end.argmax(new LongOptional(1), true) // the first of equal ones
                    .unsqueeze(2)
                    .expand(rows.size(0), 1, normalized.size(2));
            return normalized.gather(1, place).squeeze(1);
        });
    }

    /**
     * The features that are compared with a picture's: {@link #pooled} through the projection, not of unit length.
     *
     * @param pooled {@code [batch, hidden]}
     * @return {@code [batch, projection]}, made in the caller's scope
     * @throws IllegalStateException if the tower has no projection
     */
    public Tensor projected(Tensor pooled) {
        if (projection == null) {
            throw new IllegalStateException(
                    "the text encoder has no projection; its config.json states no projection_dim");
        }
        try (CloseGuard.Use use = parameters.use()) {
            return torch.linear(pooled, projection.value());
        }
    }

    /** The settings it was made with. */
    public ClipTextConfig config() {
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
