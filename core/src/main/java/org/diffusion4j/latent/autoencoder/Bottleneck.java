package org.diffusion4j.latent.autoencoder;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** How pictures pass through an autoencoder while it is trained, and what its latents cost. */
interface Bottleneck {

    /**
     * What became of pictures. Both are made in the caller's scope and differentiable where gradients are enabled.
     *
     * @param pictures shaped as those that went in
     * @param penalty of the latents, beside the mean absolute error of a value: {@code [batch]}
     */
    record Passed(Tensor pictures, Tensor penalty) {}

    /**
     * Sends pictures through.
     *
     * @param noise N(0, 1), shaped as they are
     */
    Passed pass(Tensor pictures, Tensor noise);

    /** What is to be known of the latents of pictures, by name. */
    default Map<String, Double> figures(Tensor pictures) {
        return Map.of();
    }
}
