package org.diffusion4j.text;

import java.util.Locale;
import org.bytedeco.pytorch.Tensor;

/** Of which vectors the rounding layer learns to tell the tokens: the loss that keeps embeddings apart. */
public enum RoundingLoss {

    /** x0 as it was drawn around the embeddings: Li et al., NeurIPS 2022, equation 2. The network learns nothing from it. */
    START {
        @Override
        Tensor vectors(Tensor xStart, Tensor estimate) {
            return xStart;
        }
    },

    /**
     * The network's estimate of x0 at x_t, so that it also learns which token is meant and not only the mean: the anchor loss of Gao et
     * al., "Empowering Diffusion Models on the Embedding Space for Text Generation", NAACL 2024.
     */
    ESTIMATE {
        @Override
        Tensor vectors(Tensor xStart, Tensor estimate) {
            return estimate;
        }
    };

    /** Those of the two, both {@code [batch, length, embedding]}. */
    abstract Tensor vectors(Tensor xStart, Tensor estimate);

    /** As in recipes. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
