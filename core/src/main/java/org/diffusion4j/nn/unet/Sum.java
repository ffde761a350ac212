package org.diffusion4j.nn.unet;

import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/** A residual sum. */
public final class Sum {

    private Sum() {}

    /**
     * {@code fresh + kept}.
     *
     * @param fresh what nobody else needs: where there is no gradient to keep it for, the sum takes its place
     */
    public static Tensor into(Tensor fresh, Tensor kept) {
        return GradMode.is_enabled() ? fresh.add(kept) : fresh.add_(kept);
    }
}
