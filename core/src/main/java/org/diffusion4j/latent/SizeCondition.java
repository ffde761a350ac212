package org.diffusion4j.latent;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;

/**
 * The sizes that SDXL receives (Podell et al. 2023, section 2.2), each height before width.
 *
 * @param original that of the picture before it was scaled
 * @param crop top and left of the part that was taken
 * @param target that of the part
 */
record SizeCondition(Pair original, Pair crop, Pair target) {

    /** Two numbers, the vertical one first. */
    record Pair(int first, int second) {}

    /** Of a whole picture. */
    static SizeCondition of(int height, int width) {
        Pair size = new Pair(height, width);
        return new SizeCondition(size, new Pair(0, 0), size);
    }

    /** {@code [batch, 6]}, made in the caller's scope. */
    Tensor tensor(long batch) {
        double[] values = {original.first, original.second, crop.first, crop.second, target.first, target.second};
        return Tensors.of(values, 1, values.length).expand(batch, values.length);
    }
}
