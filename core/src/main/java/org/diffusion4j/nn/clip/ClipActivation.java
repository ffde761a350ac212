package org.diffusion4j.nn.clip;

import java.util.Locale;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The nonlinearity between a layer's two linear maps, by transformers' name. */
public enum ClipActivation {

    /** x·sigmoid(1.702·x): OpenAI's models. */
    QUICK_GELU {
        @Override
        Tensor apply(Tensor x) {
            return x.mul(x.mul(new Scalar(QUICK_SLOPE)).sigmoid());
        }
    },

    /** Exact: OpenCLIP's models. */
    GELU {
        @Override
        Tensor apply(Tensor x) {
            return torch.gelu(x);
        }
    };

    private static final double QUICK_SLOPE = 1.702; // Hendrycks and Gimpel, "Gaussian Error Linear Units", section 2

    abstract Tensor apply(Tensor x);

    /** Transformers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
