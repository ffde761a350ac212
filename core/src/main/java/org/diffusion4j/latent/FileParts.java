package org.diffusion4j.latent;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.data.clip.PublishedVocabulary;
import org.diffusion4j.diffusers.weights.CheckpointKind.Family;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.diffusion4j.diffusers.weights.SingleFile;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.PipelineFolder;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;

/** The parts of a checkpoint of one file. What it does not say is as in the published model of its kind, or in another folder. */
final class FileParts implements PartFiles {

    private static final String PADDING_2 = "!"; // of OpenCLIP's text encoders

    private final Path path;
    private final SingleFile file;
    private final @Nullable FolderParts said;
    private final @Nullable Prediction prediction;

    private FileParts(Path path, SingleFile file, SingleFileOptions options) {
        this.path = path;
        this.file = file;
        Path config = options.config();
        said = config == null ? null : new FolderParts(PipelineFolder.open(config));
        prediction = options.prediction();
        if (file.kind().inChannels() == 8) {
            throw new FormatException(
                    path + ": is a model that edits pictures by instructions, which is not supported");
        }
        if (said != null && said.isXl() != isXlFile()) {
            throw new FormatException(path + ": is " + file.kind().family().title() + ", the folder " + said.path()
                    + " describes a " + said.pipeline());
        }
    }

    /**
     * Opens a file.
     *
     * @return owned by the caller
     */
    static FileParts open(Path path, SingleFileOptions options) {
        SingleFile file = SingleFile.open(path);
        try {
            return new FileParts(path, file, options);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private boolean isXlFile() {
        return file.kind().family() == Family.XL_BASE;
    }

    private boolean isV2() {
        return file.kind().family() == Family.V2;
    }

    @Override
    public List<String> guesses() {
        return isV2() && said == null && prediction == null
                ? List.of(path
                        + ": whether it predicts noise or v does not stand in the file; v is taken, as models of 768"
                        + " pixels do. If the pictures are only noise, say --prediction eps")
                : List.of();
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public String pipeline() {
        return isXlFile() ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline";
    }

    @Override
    public Map<String, String> classes() {
        Map<String, String> classes = new TreeMap<>();
        classes.put("text_encoder", "CLIPTextModel");
        if (isXlFile()) {
            classes.put("text_encoder_2", "CLIPTextModelWithProjection");
        }
        classes.put("unet", "UNet2DConditionModel");
        classes.put("vae", "AutoencoderKL");
        return classes;
    }

    @Override
    public boolean hasZerosForEmptyPrompt() {
        return said == null || said.hasZerosForEmptyPrompt();
    }

    @Override
    public Map<String, @Nullable Object> config(ModelPart part) {
        if (said != null) {
            return said.config(part);
        }
        Map<String, @Nullable Object> config = file.config(part);
        if (part == ModelPart.UNET && isV2() && Prediction.EPS.equals(prediction)) {
            config.put("sample_size", 64L); // stable-diffusion-2-base draws 512 pixels
        }
        return config;
    }

    @Override
    public String configSource(ModelPart part) {
        return said == null ? path.toString() : said.configSource(part);
    }

    @Override
    public boolean projects(ModelPart encoder) {
        return encoder == ModelPart.TEXT_ENCODER_2;
    }

    @Override
    public ClipTokenizer tokenizer(ModelPart encoder) {
        if (said != null) {
            return said.tokenizer(encoder);
        }
        boolean ofOpenClip = encoder == ModelPart.TEXT_ENCODER_2 || isV2();
        return ofOpenClip ? PublishedVocabulary.tokenizer(PADDING_2) : PublishedVocabulary.tokenizer();
    }

    @Override
    public void weights(ModelPart part, BiConsumer<String, Tensor> take) {
        try (PointerScope scope = new PointerScope()) {
            file.weights(part).forEach(take);
        }
    }

    @Override
    public String weightsSource(ModelPart part) {
        return path + " (" + part.folder() + ")";
    }

    @Override
    public Map<String, @Nullable Object> scheduler() {
        Map<String, @Nullable Object> keys = new TreeMap<>(said == null ? file.scheduler() : said.scheduler());
        if (prediction != null) {
            keys.put("prediction_type", Prediction.V.equals(prediction) ? "v_prediction" : "epsilon");
        }
        return keys;
    }

    @Override
    public String schedulerSource() {
        return said == null ? path.toString() : said.schedulerSource();
    }

    @Override
    public Map<String, @Nullable Object> extras() {
        return Map.of();
    }

    @Override
    public void close() {
        file.close();
    }
}
