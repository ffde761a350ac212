package org.diffusion4j.nn.clip;

import static org.diffusion4j.engine.Require.require;

import java.util.HashMap;
import java.util.Map;
import org.diffusion4j.engine.FormatException;

/**
 * The size of CLIP's vision tower.
 *
 * @param imageSize height and width of its pictures, a multiple of the patches': {@code image_size}
 * @param patchSize height and width of the squares that a picture is cut into: {@code patch_size}
 * @param channels of a picture: {@code num_channels}
 * @param layers from 1: {@code num_hidden_layers}
 * @param width how its layers are built
 */
public record ClipVisionConfig(int imageSize, int patchSize, int channels, int layers, ClipTextConfig.Width width) {

    private static final int RGB = 3;

    /** Refuses sizes that do not fit together. */
    public ClipVisionConfig {
        require(
                patchSize >= 1 && imageSize >= patchSize && imageSize % patchSize == 0,
                "image_size must be a multiple of patch_size, was %s for %s",
                imageSize,
                patchSize);
        require(
                channels >= 1 && layers >= 1,
                "a vision tower needs channels and layers, were %s, %s",
                channels,
                layers);
    }

    /**
     * Reads the keys of transformers' {@code config.json}; those that mean nothing for a vision tower are passed over.
     *
     * @param config with {@code projection_dim}; without {@code num_channels} pictures are in colour
     * @param source where the map comes from, for messages
     * @throws FormatException if a number is missing, a value is of the wrong type, or what it asks for is not supported
     */
    public static ClipVisionConfig fromMap(Map<String, ?> config, String source) {
        Map<String, Object> asText = new HashMap<>(config); // the layers are of one kind, so their keys are, too
        asText.put("vocab_size", 1);
        asText.put("max_position_embeddings", 1);
        try {
            return new ClipVisionConfig(
                    ClipTextConfig.number(config, "image_size", source),
                    ClipTextConfig.number(config, "patch_size", source),
                    config.containsKey("num_channels") ? ClipTextConfig.number(config, "num_channels", source) : RGB,
                    ClipTextConfig.number(config, "num_hidden_layers", source),
                    ClipTextConfig.fromMap(asText, true, source).width());
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** How many squares a picture has. */
    int patches() {
        int side = imageSize / patchSize;
        return side * side;
    }
}
