package org.diffusion4j.nn;

import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The nonlinearity of a residual block, by diffusers' name. */
public interface Activation {

    Set<String> NAMES = Set.of("silu", "swish", "mish", "gelu", "relu");

    Tensor apply(Tensor x);

    static Activation named(String name) {
        return switch (name) {
            case "silu", "swish" -> torch::silu;
            case "mish" -> torch::mish;
            case "gelu" -> torch::gelu;
            case "relu" -> torch::relu;
            default -> throw new IllegalArgumentException("activation '" + name + "' is not one of " + NAMES);
        };
    }
}
