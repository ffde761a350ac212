package org.diffusion4j.engine;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A computation whose intermediates die with it. Wrap a block of a network in it, and only one block's tensors live at a time. */
public final class Scoped {

    private Scoped() {}

    /**
     * Runs {@code body} in a scope of its own and hands its result to the caller's scope.
     *
     * @param body returns a tensor that it made
     * @return as if made in the caller's scope; without one it is the caller's to close
     */
    public static Tensor result(Supplier<Tensor> body) {
        PointerScope outer = PointerScope.getInnerScope();
        try (PointerScope inner = new PointerScope()) {
            Tensor result = body.get();
            if (outer != null) {
                outer.attach(result); // counts one more reference, which outlives inner's
            } else {
                result.retainReference();
            }
            return result;
        }
    }
}
