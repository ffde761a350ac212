package org.diffusion4j.latent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.unet.condition.UNet2DConditionConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a model that draws from words consists of.
 *
 * @param scheduler as it is followed
 */
record LatentParts(PromptEncoder encoder, UNet2DCondition network, LatentCodec codec, SchedulerConfig scheduler)
        implements AutoCloseable {

    /**
     * Reads the parts of a model.
     *
     * @param warnings receives what the files say that has no effect, and what is guessed
     * @return owned by the caller
     */
    static LatentParts load(PartFiles files, Compute compute, List<String> warnings) {
        warnings.addAll(files.guesses());
        SchedulerConfig scheduler = scheduler(files);
        try (Loading loading = new Loading()) {
            PromptEncoder encoder = loading.keep(encoder(files, compute, loading));
            UNet2DCondition network = loading.keep(network(files, compute, warnings));
            LatentCodec codec = loading.keep(LatentCodec.load(files, compute));
            LatentParts parts = new LatentParts(encoder, network, codec, scheduler);
            parts.requireFit(files.path().toString());
            return loading.done(parts);
        }
    }

    /** Closes what was loaded if the rest cannot be. */
    private static final class Loading implements AutoCloseable {

        private final List<AutoCloseable> loaded = new ArrayList<>();

        <T extends AutoCloseable> T keep(T part) {
            loaded.add(part);
            return part;
        }

        <T> T done(T whole) {
            loaded.clear();
            return whole;
        }

        @Override
        public void close() {
            for (AutoCloseable part : loaded) {
                try {
                    part.close();
                } catch (Exception e) {
                    throw new IllegalStateException("a part of the model cannot be closed", e);
                }
            }
        }
    }

    private static PromptEncoder encoder(PartFiles files, Compute compute, Loading loading) {
        TextEncoder first = loading.keep(TextEncoder.load(files, ModelPart.TEXT_ENCODER, compute));
        return files.isXl()
                ? new TwoTextEncoders(
                        first,
                        loading.keep(TextEncoder.load(files, ModelPart.TEXT_ENCODER_2, compute)),
                        files.hasZerosForEmptyPrompt())
                : new OneTextEncoder(first);
    }

    private static UNet2DCondition network(PartFiles files, Compute compute, List<String> warnings) {
        Map<String, @Nullable Object> config = files.config(ModelPart.UNET);
        String source = files.configSource(ModelPart.UNET);
        UNet2DConditionConfig.passedOver(config).forEach(key -> warnings.add(source + ": " + key));
        UNet2DCondition network = UNet2DCondition.withoutValues(UNet2DConditionConfig.fromMap(config, source));
        try {
            network.parameters()
                    .drawWith(
                            compute, files.weightsSource(ModelPart.UNET), take -> files.weights(ModelPart.UNET, take));
            return network;
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    /** The scheduler's file, as it is followed. */
    static SchedulerConfig scheduler(PartFiles files) {
        return scheduler(files.scheduler(), files.isXl(), files.schedulerSource());
    }

    /** As diffusers' pipelines correct it: latents are not clipped, and Stable Diffusion 1 and 2 have no timestep 0. */
    static SchedulerConfig scheduler(Map<String, @Nullable Object> file, boolean xl, String source) {
        Map<String, @Nullable Object> keys = new TreeMap<>(file);
        keys.put("clip_sample", false);
        if (!xl) {
            keys.put("steps_offset", 1);
        }
        return SchedulerConfig.fromMap(keys, source);
    }

    /**
     * Refuses parts of different models.
     *
     * @param source where they come from, for messages
     */
    void requireFit(String source) {
        UNet2DConditionConfig config = network.config();
        int width = encoder.parts().values().stream()
                .mapToInt(part -> part.tower().config().width().hidden())
                .sum();
        requireFits(
                source,
                width == config.conditionWidth(),
                "its text has %s features, the U-Net receives %s",
                width,
                config.conditionWidth());
        int channels = codec.channels();
        requireFits(
                source,
                config.inChannels() == channels || config.inChannels() == 2 * channels + 1,
                "its autoencoder has %s channels, the U-Net receives %s; the same, or those, a mask and those again"
                        + " are known",
                channels,
                config.inChannels());
    }

    private static void requireFits(String source, boolean fits, String message, Object... values) {
        if (!fits) {
            throw new FormatException(source + ": " + String.format(message, values));
        }
    }

    /** Whether it is a Stable Diffusion XL. */
    boolean isXl() {
        return encoder instanceof TwoTextEncoders;
    }

    @Override
    public void close() {
        encoder.close();
        network.close();
        codec.close();
    }
}
