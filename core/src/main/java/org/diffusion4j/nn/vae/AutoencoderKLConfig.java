package org.diffusion4j.nn.vae;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.Activation;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link AutoencoderKL} looks like: the keys of diffusers' class of that name, in camelCase.
 *
 * @param blockOutChannels the width of each level, the largest pictures first; each but the first halves the size
 * @param layersPerBlock the residual blocks of each level of the encoder; the decoder has one more
 * @param actFn inside the residual blocks
 * @param latentChannels the channels of a latent
 * @param normNumGroups groups of every norm
 * @param sampleSize of the pictures that it was trained on; nothing depends on it
 * @param scalingFactor by which latents are multiplied so that their variance is about 1
 * @param shiftFactor what is taken from latents first, or null
 * @param latentsMean the mean of each latent channel, in place of {@code shiftFactor}; empty where the folder has none
 * @param latentsStd the deviation of each latent channel; empty where the folder has none
 * @param forceUpcast whether the weights overflow in float16, so that diffusers computes in float32
 * @param useQuantConv whether a 1×1 convolution follows the encoder
 * @param usePostQuantConv whether a 1×1 convolution comes before the decoder
 * @param midBlockAddAttention whether the middle blocks attend
 */
public record AutoencoderKLConfig(
        int inChannels,
        int outChannels,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        Activation actFn,
        int latentChannels,
        int normNumGroups,
        int sampleSize,
        double scalingFactor,
        @Nullable Double shiftFactor,
        List<Double> latentsMean,
        List<Double> latentsStd,
        boolean forceUpcast,
        boolean useQuantConv,
        boolean usePostQuantConv,
        boolean midBlockAddAttention)
        implements PictureAutoencoderConfig {

    /** Refuses what does not fit together. */
    public AutoencoderKLConfig {
        blockOutChannels = List.copyOf(blockOutChannels);
        latentsMean = List.copyOf(latentsMean);
        latentsStd = List.copyOf(latentsStd);
        new CoderLevels(blockOutChannels, layersPerBlock, normNumGroups, midBlockAddAttention, actFn); // checks
        CoderLevels.within("in_channels", inChannels);
        CoderLevels.within("out_channels", outChannels);
        CoderLevels.within("latent_channels", latentChannels);
        CoderLevels.within("sample_size", sampleSize);
        require(scalingFactor > 0, "scaling_factor must be positive, was %s", scalingFactor);
        require(
                latentsMean.size() == latentsStd.size()
                        && (latentsMean.isEmpty() || latentsMean.size() == latentChannels),
                "latents_mean and latents_std must both have a number for each of the %s latent channels, or both be null",
                latentChannels);
        require(latentsStd.stream().allMatch(std -> std > 0), "latents_std must be positive, was %s", latentsStd);
        require(
                latentsMean.isEmpty() || shiftFactor == null,
                "latents_mean and shift_factor both shift the latents; one must be null");
    }

    /** The defaults of diffusers: one level, 4 latent channels, Stable Diffusion's scale. */
    public static AutoencoderKLConfig defaults() {
        return new AutoencoderKLConfig(
                3,
                3,
                List.of(64),
                1,
                Activation.SILU,
                4,
                32,
                32,
                0.18215,
                null,
                List.of(),
                List.of(),
                true,
                true,
                true,
                true);
    }

    /**
     * Reads diffusers' {@code vae/config.json}. Missing keys take diffusers' defaults.
     *
     * @param source where the map comes from, for messages
     * @throws FormatException if a key is not known, a value has the wrong type, or what it asks for is not supported
     */
    public static AutoencoderKLConfig fromMap(Map<String, ?> diffusersConfig, String source) {
        return Records.SNAKE_CASE.read(defaults(), CoderLevels.withoutBlocks(diffusersConfig, source), source);
    }

    /** The same configuration but for these keys of diffusers, such as {@code Map.of("latent_channels", 8)}. */
    public AutoencoderKLConfig with(Map<String, ?> changes) {
        return Records.SNAKE_CASE.read(this, changes, "changes");
    }

    @Override
    public String className() {
        return "AutoencoderKL";
    }

    @Override
    public AutoencoderKL newAutoencoder(long seed) {
        return new AutoencoderKL(this, seed, ScalarType.Float);
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = Records.SNAKE_CASE.write(this);
        map.put("latents_mean", latentsMean.isEmpty() ? null : latentsMean);
        map.put("latents_std", latentsStd.isEmpty() ? null : latentsStd);
        map.putAll(levels().blocks());
        return map;
    }

    @Override
    public int factor() {
        return levels().factor();
    }

    CoderLevels levels() {
        return new CoderLevels(blockOutChannels, layersPerBlock, normNumGroups, midBlockAddAttention, actFn);
    }
}
