package org.diffusion4j.nn;

import java.util.Set;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The nonlinearity of a residual block, by diffusers' name. */
public interface Activation {

    Set<String> NAMES = Set.of("silu", "swish", "mish", "gelu", "relu");

    Tensor apply(Tensor x);

    /** The same of a tensor that nobody else needs: in its place where there is no gradient to keep it for. */
    default Tensor applyTo(Tensor fresh) {
        return apply(fresh);
    }

    /** x·σ(x). */
    final class Silu implements Activation {

        @Override
        public Tensor apply(Tensor x) {
            return torch.silu(x);
        }

        @Override
        public Tensor applyTo(Tensor fresh) {
            return GradMode.is_enabled() ? torch.silu(fresh) : torch.silu_(fresh);
        }
    }

    static Activation named(String name) {
        return switch (name) {
            case "silu", "swish" -> new Silu();
            case "mish" -> torch::mish;
            case "gelu" -> torch::gelu;
            case "relu" -> torch::relu;
            default -> throw new IllegalArgumentException("activation '" + name + "' is not one of " + NAMES);
        };
    }
}
