package org.diffusion4j.latent;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.diffusers.weights.ModelPart;
import org.jspecify.annotations.Nullable;

/** Where the parts of a model lie: {@linkplain FolderParts a folder} in the layout of diffusers, or {@linkplain FileParts one file}. */
sealed interface PartFiles extends AutoCloseable permits FolderParts, FileParts {

    /** The folder or file, for messages. */
    Path path();

    /** The name of the class that diffusers draws with. */
    String pipeline();

    /** The parts and the name of the class of each. */
    Map<String, String> classes();

    /** Whether it is a Stable Diffusion XL. */
    default boolean isXl() {
        return pipeline().startsWith("StableDiffusionXL");
    }

    /** Whether a missing negative prompt has features that are zeros, of SDXL. */
    boolean hasZerosForEmptyPrompt();

    /** What a network is, under diffusers' keys. */
    Map<String, @Nullable Object> config(ModelPart part);

    /** Where {@link #config} comes from, for messages. */
    String configSource(ModelPart part);

    /** Whether a text encoder projects the features of a whole text. */
    boolean projects(ModelPart encoder);

    /** The tokenizer of a text encoder. */
    ClipTokenizer tokenizer(ModelPart encoder);

    /** Presents each weight of a network, for as long as the call takes. */
    void weights(ModelPart part, BiConsumer<String, Tensor> take);

    /** Where {@link #weights} come from, for messages. */
    String weightsSource(ModelPart part);

    /** The scheduler's file as it is, its class among its keys. */
    Map<String, @Nullable Object> scheduler();

    /** Where {@link #scheduler} comes from, for messages. */
    String schedulerSource();

    /** What is guessed since the files do not say it, a line each. */
    List<String> guesses();

    /** What is said beside what diffusers knows; empty where nothing is. */
    Map<String, @Nullable Object> extras();

    @Override
    void close();
}
