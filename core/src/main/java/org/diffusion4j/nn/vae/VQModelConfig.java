package org.diffusion4j.nn.vae;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.Activation;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link VQModel} looks like: the keys of diffusers' class of that name, in camelCase.
 *
 * @param blockOutChannels the width of each level, the largest pictures first; each but the first halves the size
 * @param layersPerBlock the residual blocks of each level of the encoder; the decoder has one more
 * @param actFn inside the residual blocks
 * @param latentChannels the channels between coders and convolutions
 * @param sampleSize of the pictures that it was trained on; nothing depends on it
 * @param numVqEmbeddings the rows of the codebook
 * @param normNumGroups groups of every norm
 * @param vqEmbedDim the width of a row; null: {@code latentChannels}
 * @param scalingFactor by which latents are multiplied so that their variance is about 1
 * @param midBlockAddAttention whether the middle blocks attend
 * @param forceUpcast whether the weights overflow in float16, so that diffusers computes in float32
 */
public record VQModelConfig(
        int inChannels,
        int outChannels,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        Activation actFn,
        int latentChannels,
        int sampleSize,
        int numVqEmbeddings,
        int normNumGroups,
        @Nullable Integer vqEmbedDim,
        double scalingFactor,
        boolean midBlockAddAttention,
        boolean forceUpcast)
        implements PictureAutoencoderConfig {

    /** Keys of diffusers with the only value that is supported. */
    private static final Map<String, Object> FIXED = Map.of("norm_type", "group", "lookup_from_codebook", false);

    private static final int MOST_ROWS = 10_000_000;

    /** Refuses what does not fit together. */
    public VQModelConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        new CoderLevels(blockOutChannels, layersPerBlock, normNumGroups, midBlockAddAttention, actFn); // checks
        CoderLevels.within("in_channels", inChannels);
        CoderLevels.within("out_channels", outChannels);
        CoderLevels.within("latent_channels", latentChannels);
        CoderLevels.within("sample_size", sampleSize);
        CoderLevels.within("vq_embed_dim", vqEmbedDim == null ? latentChannels : vqEmbedDim);
        require(
                numVqEmbeddings >= 1 && numVqEmbeddings <= MOST_ROWS,
                "num_vq_embeddings must lie between 1 and %s, was %s",
                MOST_ROWS,
                numVqEmbeddings);
        require(scalingFactor > 0, "scaling_factor must be positive, was %s", scalingFactor);
    }

    /** The defaults of diffusers: one level, 256 rows of 3 numbers. */
    public static VQModelConfig defaults() {
        return new VQModelConfig(3, 3, List.of(64), 1, Activation.SILU, 3, 32, 256, 32, null, 0.18215, true, false);
    }

    /**
     * Reads diffusers' {@code vqvae/config.json}. Missing keys take diffusers' defaults.
     *
     * @param source where the map comes from, for messages
     * @throws FormatException if a key is not known, a value has the wrong type, or what it asks for is not supported
     */
    public static VQModelConfig fromMap(Map<String, ?> diffusersConfig, String source) {
        Map<String, @Nullable Object> rest = CoderLevels.withoutBlocks(diffusersConfig, source);
        new TreeMap<>(FIXED).forEach((key, only) -> {
            if (rest.containsKey(key) && !only.equals(rest.remove(key))) {
                throw new FormatException(
                        source + ": '" + key + "' is " + diffusersConfig.get(key) + "; only " + only + " is supported");
            }
        });
        return Records.SNAKE_CASE.read(defaults(), rest, source);
    }

    @Override
    public String className() {
        return "VQModel";
    }

    @Override
    public VQModel newAutoencoder(long seed) {
        return new VQModel(this, seed, ScalarType.Float);
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = Records.SNAKE_CASE.write(this);
        map.putAll(levels().blocks());
        map.putAll(FIXED);
        return map;
    }

    @Override
    public int factor() {
        return levels().factor();
    }

    CoderLevels levels() {
        return new CoderLevels(blockOutChannels, layersPerBlock, normNumGroups, midBlockAddAttention, actFn);
    }

    int rowWidth() {
        return vqEmbedDim == null ? latentChannels : vqEmbedDim;
    }
}
