package org.diffusion4j.diffusers.weights;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key of a LoRA file.
 *
 * @param layer which layer of which network, see {@link #layer(ModelPart, String)}
 * @param piece what of it
 */
record LoraKey(String layer, Piece piece) {

    /** What a key holds. */
    enum Piece {
        /** The matrix on the side of the output. */
        UP,
        /** The matrix on the side of the input. */
        DOWN,
        /** The number that is divided by the rank. */
        ALPHA
    }

    private static final Map<String, Piece> PIECES =
            Map.of("down", Piece.DOWN, "A", Piece.DOWN, "up", Piece.UP, "B", Piece.UP);

    /** PEFT's (A, B), kohya's (lora_down, lora_up), diffusers' of 2023 (lora.down, lora_linear_layer.down). */
    private static final Pattern MATRIX =
            Pattern.compile("(.+)\\.lora(?:_linear_layer)?[._](down|up|A|B)(?:\\.default)?\\.weight");

    /** Diffusers' first ones, which belong to the attention and not to its layers. */
    private static final Pattern OF_ATTENTION =
            Pattern.compile("(.+?)(?:\\.processor)?\\.to_(q|k|v|out)_lora\\.(down|up)\\.weight");

    private static final Pattern ALPHA = Pattern.compile("(.+)\\.alpha");

    /** What a key begins with; the first that fits counts. */
    private static final List<Map.Entry<String, ModelPart>> PREFIXES = List.of(
            Map.entry("lora_te2_", ModelPart.TEXT_ENCODER_2),
            Map.entry("lora_te1_", ModelPart.TEXT_ENCODER),
            Map.entry("lora_te_", ModelPart.TEXT_ENCODER),
            Map.entry("lora_unet_", ModelPart.UNET),
            Map.entry("text_encoder_2.", ModelPart.TEXT_ENCODER_2),
            Map.entry("text_encoder.", ModelPart.TEXT_ENCODER),
            Map.entry("unet.", ModelPart.UNET),
            Map.entry("base_model.model.", ModelPart.UNET),
            Map.entry("", ModelPart.UNET));

    /** Reads a key; empty where it is of no kind that is known. */
    static Optional<LoraKey> of(String key) {
        Matcher matrix = MATRIX.matcher(key);
        if (matrix.matches()) {
            return Optional.of(new LoraKey(layer(matrix.group(1)), piece(matrix.group(2))));
        }
        Matcher attention = OF_ATTENTION.matcher(key);
        if (attention.matches()) {
            boolean text = attention.group(1).endsWith("self_attn");
            String place = attention.group(2);
            String layer = text ? place + "_proj" : place.equals("out") ? "to_out.0" : "to_" + place;
            return Optional.of(new LoraKey(layer(attention.group(1) + "." + layer), piece(attention.group(3))));
        }
        Matcher alpha = ALPHA.matcher(key);
        return alpha.matches() ? Optional.of(new LoraKey(layer(alpha.group(1)), Piece.ALPHA)) : Optional.empty();
    }

    private static Piece piece(String word) {
        return PIECES.getOrDefault(word, Piece.ALPHA);
    }

    private static String layer(String module) {
        return PREFIXES.stream()
                .filter(prefix -> module.startsWith(prefix.getKey()))
                .findFirst()
                .map(prefix -> layer(
                        prefix.getValue(), module.substring(prefix.getKey().length())))
                .orElse(module);
    }

    /**
     * By what a layer is found whoever wrote its key: with {@code _} for every dot, as kohya's files have it, and without
     * {@code text_model}, which some text encoders lack.
     */
    static String layer(ModelPart part, String module) {
        return part.folder() + "/" + module.replace('.', '_').replaceFirst("^text_model_", "");
    }
}
