package org.diffusion4j.latent;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What text encoders make of prompts.
 *
 * @param states of each token, {@code [batch, length, width]}
 * @param pooled of each whole text, {@code [batch, pooledWidth]}; null where the model has none
 */
record PromptFeatures(Tensor states, @Nullable Tensor pooled) {

    /** One prompt's for each of a batch; views. */
    PromptFeatures repeated(long batch) {
        return new PromptFeatures(
                states.expand(batch, states.size(1), states.size(2)),
                pooled == null ? null : pooled.expand(batch, pooled.size(1)));
    }

    /** Zeros in place of these: what stands for "no prompt" in SDXL. */
    PromptFeatures zeros() {
        return new PromptFeatures(states.mul(new Scalar(0)), pooled == null ? null : pooled.mul(new Scalar(0)));
    }
}
