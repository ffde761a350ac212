package org.diffusion4j.latent;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stable Diffusion 1 and 2: the features of the last layer, normalized (Rombach et al. 2022, section 3.3). */
record OneTextEncoder(TextEncoder encoder) implements PromptEncoder {

    @Override
    public Rows rows(Prompt prompt) {
        return new Rows(List.of(encoder.chunks(prompt.text(), prompt.plain())));
    }

    @Override
    public PromptFeatures features(Rows rows, int count, int skipped) {
        return new PromptFeatures(encoder.states(encoder.filled(rows.ofEach().get(0), count), skipped, true), null);
    }

    @Override
    public PromptFeatures negative(@Nullable Prompt negative, int count, int skipped) {
        return features(rows(negative == null ? Prompt.of("") : negative), count, skipped);
    }

    @Override
    public int cut(Prompt prompt) {
        return encoder.cut(prompt.text());
    }

    @Override
    public int layers() {
        return encoder.tower().config().layers();
    }

    @Override
    public Map<String, TextEncoder> parts() {
        return Map.of("text_encoder", encoder);
    }
}
