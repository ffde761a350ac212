package org.diffusion4j.nn.clip;

import static org.diffusion4j.engine.Require.require;

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

    /** How many squares a picture has. */
    int patches() {
        int side = imageSize / patchSize;
        return side * side;
    }
}
