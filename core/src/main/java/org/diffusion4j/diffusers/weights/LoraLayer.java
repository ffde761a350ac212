package org.diffusion4j.diffusers.weights;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Scoped;

/**
 * What a LoRA adds to one layer: a product of two thin matrices (Hu et al., "LoRA", ICLR 2022, section 4.1).
 *
 * @param part the network
 * @param module the layer in it, such as {@code mid_block.attentions.0.proj_in}
 * @param rank rows of the lower matrix
 * @param factor of the product: alpha / rank
 */
public record LoraLayer(ModelPart part, String module, int rank, double factor) {

    /** Refuses a rank below 1, and a factor that is not finite. */
    public LoraLayer {
        require(rank >= 1 && Double.isFinite(factor), "%s: rank %s and factor %s are no LoRA's", module, rank, factor);
    }

    /**
     * The difference to a weight.
     *
     * @param up {@code [out, rank]}, perhaps with a kernel of 1×1
     * @param down {@code [rank, in]}, perhaps with a kernel
     * @return shaped as {@code weight}, in float64 where that is and else in float32, made in the caller's scope
     */
    Tensor difference(Tensor up, Tensor down, Tensor weight, double scale) {
        return Scoped.result(() -> {
            boolean exact = weight.scalar_type().intern() == ScalarType.Double;
            ScalarType dtype =
                    exact ? ScalarType.Double : ScalarType.Float; // in 16 bits the product would be rounded first
            Tensor product = up.to(dtype).flatten(1, -1).matmul(down.to(dtype).flatten(1, -1));
            return product.mul(new Scalar(scale * factor))
                    .view(weight.sizes().vec().get());
        });
    }
}
