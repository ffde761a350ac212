package org.diffusion4j.latent.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.latent.TokenizerFolder;
import org.diffusion4j.latent.clip.Clip;
import org.diffusion4j.nn.clip.ClipTextTower;
import org.jspecify.annotations.Nullable;

/**
 * The text tower of a CLIP and its tokenizer, which are not trained any further.
 *
 * @param folder the CLIP's, as transformers has it
 * @param tower in float32, with the weights that the folder has
 */
record FrozenText(Path folder, ClipTokenizer tokenizer, ClipTextTower tower) implements AutoCloseable {

    /** Other readers want them, ours does without all but the first three. */
    private static final List<String> TOKENIZER_FILES =
            List.of("vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json");

    /**
     * Reads it from the folder of a whole CLIP.
     *
     * @return owned by the caller
     * @throws org.diffusion4j.engine.FormatException if a file is missing or is not what its name promises
     */
    static FrozenText load(Path folder, Compute compute) {
        ClipTokenizer tokenizer = TokenizerFolder.read(folder);
        ClipTextTower tower = Clip.textTower(folder);
        try {
            tower.parameters().computeIn(compute);
            return new FrozenText(folder, tokenizer, tower);
        } catch (RuntimeException e) {
            tower.close();
            throw e;
        }
    }

    /** SHA-256 of its weights and of the files of its tokenizer. */
    String fingerprint() {
        try {
            StringBuilder sums = new StringBuilder(Sha256.of(Clip.weightsFile(folder)));
            for (Path file : tokenizerFiles()) {
                sums.append(Sha256.of(file));
            }
            return Sha256.of(sums.toString());
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        }
    }

    /** Copies the files of the tokenizer. */
    void copyTokenizer(Path into) throws IOException {
        Files.createDirectories(into);
        for (Path file : tokenizerFiles()) {
            Files.copy(file, into.resolve(file.getFileName()));
        }
    }

    private List<Path> tokenizerFiles() {
        return TOKENIZER_FILES.stream()
                .map(folder::resolve)
                .filter(Files::exists)
                .toList();
    }

    /** The {@code config.json} of a text encoder, a {@code CLIPTextModel}, as transformers writes it. */
    Map<String, @Nullable Object> config() {
        Map<String, @Nullable Object> config = new TreeMap<>(Map.of(
                "attention_dropout", 0.0,
                "dropout", 0.0,
                "hidden_act", "quick_gelu",
                "initializer_factor", 1.0,
                "initializer_range", 0.02,
                "layer_norm_eps", 1e-5,
                "pad_token_id", 1,
                "bos_token_id", 0,
                "eos_token_id", 2));
        config.putAll(Clip.textConfig(folder));
        config.put("architectures", List.of("CLIPTextModel"));
        config.put("model_type", "clip_text_model");
        return config;
    }

    @Override
    public void close() {
        tower.close();
    }
}
