package org.diffusion4j.latent;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
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

    /** Those of several prompts as one batch, made in the caller's scope; all with as many rows. */
    static PromptFeatures join(List<PromptFeatures> each) {
        Tensor states = torch.cat(vector(each, PromptFeatures::states), 0);
        return new PromptFeatures(
                states,
                each.get(0).pooled == null
                        ? null
                        : torch.cat(vector(each, one -> Objects.requireNonNull(one.pooled)), 0));
    }

    private static TensorVector vector(List<PromptFeatures> each, Function<PromptFeatures, Tensor> part) {
        return new TensorVector(each.stream().map(part).toArray(Tensor[]::new));
    }

    /** Zeros in place of these: what stands for "no prompt" in SDXL. */
    PromptFeatures zeros() {
        return new PromptFeatures(states.mul(new Scalar(0)), pooled == null ? null : pooled.mul(new Scalar(0)));
    }
}
