package org.diffusion4j.nn.clip;

import static org.diffusion4j.engine.Require.require;

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
