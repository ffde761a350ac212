package org.diffusion4j.latent;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.io.PipelineFolder;
import org.jspecify.annotations.Nullable;

/** The parts of a folder in the layout of diffusers. */
record FolderParts(PipelineFolder folder) implements PartFiles {

    private static final String PROJECTING = "CLIPTextModelWithProjection";
    private static final List<String> TEXT_ENCODERS = List.of("CLIPTextModel", PROJECTING);
    private static final String SCHEDULER = "scheduler";

    @Override
    public Path path() {
        return folder.path();
    }

    @Override
    public String pipeline() {
        return folder.pipeline();
    }

    @Override
    public Map<String, String> classes() {
        Map<String, String> classes = new TreeMap<>();
        folder.parts().forEach(name -> classes.put(name, folder.part(name).type()));
        return classes;
    }

    @Override
    public boolean hasZerosForEmptyPrompt() {
        return Boolean.TRUE.equals(folder.index().getOrDefault("force_zeros_for_empty_prompt", true));
    }

    private PipelineFolder.Part part(ModelPart part) {
        return switch (part) {
            case UNET -> folder.part(part.folder(), "UNet2DConditionModel");
            case VAE -> folder.part(part.folder(), "AutoencoderKL");
            case TEXT_ENCODER, TEXT_ENCODER_2 -> textEncoder(part);
        };
    }

    private PipelineFolder.Part textEncoder(ModelPart part) {
        PipelineFolder.Part encoder = folder.part(part.folder());
        if (!TEXT_ENCODERS.contains(encoder.type())) {
            throw new FormatException(encoder.folder() + ": the part '" + part.folder() + "' is a " + encoder.type()
                    + ", only " + String.join(" and ", TEXT_ENCODERS) + " are read here");
        }
        return encoder;
    }

    @Override
    public Map<String, @Nullable Object> config(ModelPart part) {
        return part(part).config();
    }

    @Override
    public String configSource(ModelPart part) {
        return part(part).configFile().toString();
    }

    @Override
    public boolean projects(ModelPart encoder) {
        return part(encoder).type().equals(PROJECTING);
    }

    @Override
    public ClipTokenizer tokenizer(ModelPart encoder) {
        String name = encoder == ModelPart.TEXT_ENCODER ? "tokenizer" : "tokenizer_2";
        return TokenizerFolder.read(folder.part(name).folder());
    }

    @Override
    public void weights(ModelPart part, BiConsumer<String, Tensor> take) {
        try (NamedTensors weights = part(part).openWeights()) {
            weights.forEach(take);
        }
    }

    @Override
    public String weightsSource(ModelPart part) {
        return part(part).weightsFile().toString();
    }

    @Override
    public Map<String, @Nullable Object> scheduler() {
        PipelineFolder.Part part = folder.part(SCHEDULER);
        Map<String, @Nullable Object> keys = new TreeMap<>(part.config());
        keys.put("_class_name", part.type());
        return keys;
    }

    @Override
    public String schedulerSource() {
        return folder.part(SCHEDULER).configFile().toString();
    }

    @Override
    public List<String> guesses() {
        return List.of();
    }

    @Override
    public Map<String, @Nullable Object> extras() {
        return folder.extras();
    }

    @Override
    public void close() {
        // weights are open only while they are presented
    }
}
