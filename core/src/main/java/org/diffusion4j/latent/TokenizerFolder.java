package org.diffusion4j.latent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.data.clip.SpecialTokens;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/** The folder of a tokenizer, as transformers writes it: older ones a vocabulary and its merges, newer ones a single file. */
public final class TokenizerFolder {

    private static final int LONGEST_ROW = 100_000; // a tokenizer without a limit states 1e30

    private final Path folder;

    private TokenizerFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads {@code vocab.json} and {@code merges.txt}, or else {@code tokenizer.json}; beside them, where present,
     * {@code tokenizer_config.json}.
     *
     * @throws FormatException if a file is missing, or is not what its name promises; the message names it
     */
    public static ClipTokenizer read(Path folder) {
        TokenizerFolder files = new TokenizerFolder(folder);
        if (Files.exists(folder.resolve("vocab.json"))) {
            return files.vocabularyAndMerges();
        }
        if (Files.exists(folder.resolve("tokenizer.json"))) {
            return files.singleFile();
        }
        throw new FormatException(folder
                + ": has neither vocab.json with merges.txt nor tokenizer.json; copy the tokenizer's files into it");
    }

    private ClipTokenizer vocabularyAndMerges() {
        Path merges = folder.resolve("merges.txt");
        if (!Files.exists(merges)) {
            throw new FormatException(
                    merges + ": is missing; vocab.json alone does not tell how words are split, copy it beside");
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(merges).stream()
                    .filter(line -> !line.startsWith("#version") && !line.isBlank())
                    .map(String::strip)
                    .toList();
        } catch (IOException e) {
            throw new FormatException(merges + ": cannot be read: " + FileTrouble.reason(e), e);
        }
        Path file = folder.resolve("vocab.json");
        return tokenizer(file, vocabulary(file, Json.readObject(file)), lines);
    }

    private ClipTokenizer singleFile() {
        Path file = folder.resolve("tokenizer.json");
        Map<String, @Nullable Object> root = Json.readObject(file);
        if (!(root.get("model") instanceof Map<?, ?> model) || !"</w>".equals(model.get("end_of_word_suffix"))) {
            throw new FormatException(file + ": is not CLIP's tokenizer; its model has no end_of_word_suffix \"</w>\"");
        }
        if (!(model.get("merges") instanceof List<?> merges) || merges.isEmpty()) {
            throw new FormatException(file + ": its model has no merges");
        }
        List<String> pairs = new ArrayList<>();
        for (Object merge : merges) { // lists of two in newer files, in older ones a text with a blank
            pairs.add(
                    merge instanceof List<?> two && two.size() == 2
                            ? two.get(0) + " " + two.get(1)
                            : String.valueOf(merge));
        }
        Map<String, Integer> vocabulary = vocabulary(file, model.get("vocab"));
        if (root.get("added_tokens") instanceof List<?> added) {
            for (Object token : added) {
                if (token instanceof Map<?, ?> entry && entry.get("content") instanceof String text) {
                    vocabulary.put(text, number(file, text, entry.get("id")));
                }
            }
        }
        return tokenizer(file, vocabulary, pairs);
    }

    private ClipTokenizer tokenizer(Path file, Map<String, Integer> vocabulary, List<String> merges) {
        SpecialTokens special = special();
        try {
            return new ClipTokenizer(vocabulary, merges, special);
        } catch (IllegalArgumentException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        }
    }

    private SpecialTokens special() {
        Path file = folder.resolve("tokenizer_config.json");
        Map<String, @Nullable Object> config = Files.exists(file) ? Json.readObject(file) : Map.of();
        SpecialTokens usual = SpecialTokens.PUBLISHED;
        Object length = config.get("model_max_length");
        boolean limited = length instanceof Number number && number.doubleValue() <= LONGEST_ROW;
        try {
            return new SpecialTokens(
                    token(config.get("bos_token"), usual.start()),
                    token(config.get("eos_token"), usual.end()),
                    token(config.get("pad_token"), usual.padding()),
                    token(config.get("unk_token"), usual.unknown()),
                    limited && length instanceof Number number ? number.intValue() : usual.length());
        } catch (IllegalArgumentException e) {
            throw new FormatException(file + ": model_max_length: " + e.getMessage(), e);
        }
    }

    /** A token is a text, or an object with its content. */
    private static String token(@Nullable Object value, String usual) {
        Object content = value instanceof Map<?, ?> object ? object.get("content") : value;
        return content instanceof String text ? text : usual;
    }

    private static Map<String, Integer> vocabulary(Path file, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> entries) || entries.isEmpty()) {
            throw new FormatException(file + ": has no vocabulary");
        }
        Map<String, Integer> vocabulary = new HashMap<>();
        entries.forEach((symbol, id) -> vocabulary.put(String.valueOf(symbol), number(file, symbol, id)));
        return vocabulary;
    }

    private static int number(Path file, @Nullable Object symbol, @Nullable Object id) {
        if (id instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw new FormatException(file + ": token '" + symbol + "' has the number " + id + ", expected one from 0");
    }
}
