package org.diffusion4j.latent;

import java.util.List;
import java.util.Map;
import org.diffusion4j.data.clip.PromptChunk;
import org.jspecify.annotations.Nullable;

/** How a model reads prompts: by one text encoder, or by two. */
sealed interface PromptEncoder extends AutoCloseable permits OneTextEncoder, TwoTextEncoders {

    /** Rows of tokens of one prompt, for each of the encoders. */
    record Rows(List<List<PromptChunk>> ofEach) {
        int count() {
            return ofEach.stream().mapToInt(List::size).max().orElse(1);
        }
    }

    /** The rows of a prompt. */
    Rows rows(Prompt prompt);

    /**
     * The features of a prompt, made in the caller's scope.
     *
     * @param count rows that all prompts of a batch have, the empty prompt's where this one has fewer
     * @param skipped how many of the last layers are skipped beyond those that the model always skips
     */
    PromptFeatures features(Rows rows, int count, int skipped);

    /**
     * The features of a negative prompt, made in the caller's scope.
     *
     * @param negative null for none at all
     */
    PromptFeatures negative(@Nullable Prompt negative, int count, int skipped);

    /** How many tokens of a plain prompt are cut off. */
    int cut(Prompt prompt);

    /** How many of the last layers can be left out. */
    int layers();

    /** The parts, by the names that folders have. */
    Map<String, TextEncoder> parts();

    @Override
    default void close() {
        parts().values().forEach(TextEncoder::close);
    }
}
