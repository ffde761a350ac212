package org.diffusion4j.nn.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;

/**
 * The size of CLIP's text tower.
 *
 * @param vocabulary how many tokens there are: {@code vocab_size}
 * @param positions how many tokens a row has at most: {@code max_position_embeddings}
 * @param layers from 1: {@code num_hidden_layers}
 * @param width how its layers are built
 * @param endToken the token at whose first place the text is summed up; {@link #LARGEST_TOKEN}, as most published files have it, means
 *     the place of the largest token: {@code eos_token_id}
 */
public record ClipTextConfig(int vocabulary, int positions, int layers, Width width, int endToken) {

    /** Older files state 2 for the end token, which no text has; the tokenizer's end token is then the largest one. */
    public static final int LARGEST_TOKEN = 2;

    /**
     * How wide the tower is.
     *
     * @param hidden numbers a position, a multiple of the heads: {@code hidden_size}
     * @param inner between a layer's two linear maps: {@code intermediate_size}
     * @param heads from 1: {@code num_attention_heads}
     * @param projection numbers of a text's features, 0 for a tower without projection: {@code projection_dim}
     * @param activation {@code hidden_act}
     */
    public record Width(int hidden, int inner, int heads, int projection, ClipActivation activation) {

        /** Refuses sizes that do not fit together. */
        public Width {
            require(
                    hidden >= 1 && inner >= 1 && heads >= 1 && hidden % heads == 0,
                    "hidden_size must be a multiple of num_attention_heads, was %s for %s",
                    hidden,
                    heads);
            require(projection >= 0, "projection_dim must not be negative, was %s", projection);
        }
    }

    /**
     * Reads transformers' {@code config.json}; keys that mean nothing for a text tower are passed over.
     *
     * @param projected whether the tower has a projection: that of {@code CLIPTextModelWithProjection}
     * @param source where the map comes from, for messages
     * @throws FormatException if a number is missing, a value is of the wrong type, or what it asks for is not supported
     */
    public static ClipTextConfig fromMap(Map<String, ?> config, boolean projected, String source) {
        Object eps = config.get("layer_norm_eps");
        if (eps instanceof Number number && number.doubleValue() != ClipLayer.EPS) {
            throw new FormatException(source + ": layer_norm_eps is " + eps + "; only " + ClipLayer.EPS
                    + " is supported for this network");
        }
        try {
            Object act = config.containsKey("hidden_act") ? config.get("hidden_act") : ClipActivation.QUICK_GELU;
            return new ClipTextConfig(
                    number(config, "vocab_size", source),
                    number(config, "max_position_embeddings", source),
                    number(config, "num_hidden_layers", source),
                    new Width(
                            number(config, "hidden_size", source),
                            number(config, "intermediate_size", source),
                            number(config, "num_attention_heads", source),
                            projected ? number(config, "projection_dim", source) : 0,
                            DidYouMean.choose("hidden_act", String.valueOf(act), List.of(ClipActivation.values()))),
                    config.containsKey("eos_token_id") ? number(config, "eos_token_id", source) : LARGEST_TOKEN);
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }

    static int number(Map<String, ?> config, String key, String source) {
        if (config.get(key) instanceof Number number && number.doubleValue() == number.intValue()) {
            return number.intValue();
        }
        throw new FormatException(source + ": '" + key + "' must be a whole number, was " + config.get(key));
    }

    /** Refuses sizes below 1. */
    public ClipTextConfig {
        require(
                vocabulary >= 1 && positions >= 1 && layers >= 1,
                "a text tower needs tokens, positions and layers, were %s, %s, %s",
                vocabulary,
                positions,
                layers);
    }
}
