package org.diffusion4j.nn;

import java.util.Locale;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The nonlinearity of a residual block, by diffusers' name. */
public enum Activation {
    SILU(torch::silu),

    /** Another name of {@link #SILU}. */
    SWISH(torch::silu),
    MISH(torch::mish),
    GELU(torch::gelu),
    RELU(torch::relu);

    private final UnaryOperator<Tensor> function;

    Activation(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    /** Its value of each element, made in the caller's scope. */
    public Tensor apply(Tensor x) {
        return function.apply(x);
    }

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
