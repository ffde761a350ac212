package org.diffusion4j.nn;

import java.util.Locale;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The nonlinearity of a residual block, by diffusers' name. */
public enum Activation {
    SILU(torch::silu, torch::silu_),

    /** Another name of {@link #SILU}. */
    SWISH(torch::silu, torch::silu_),
    MISH(torch::mish, torch::mish_),
    GELU(torch::gelu, torch::gelu),
    RELU(torch::relu, torch::relu_);

    private final UnaryOperator<Tensor> function;
    private final UnaryOperator<Tensor> inPlace;

    Activation(UnaryOperator<Tensor> function, UnaryOperator<Tensor> inPlace) {
        this.function = function;
        this.inPlace = inPlace;
    }

    /** Its value of each element, made in the caller's scope. */
    public Tensor apply(Tensor x) {
        return function.apply(x);
    }

    /** The same of a tensor that nobody else needs: in its place where there is no gradient to keep it for. */
    public Tensor applyTo(Tensor fresh) {
        return GradMode.is_enabled() ? function.apply(fresh) : inPlace.apply(fresh);
    }

    /** Diffusers' name. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
