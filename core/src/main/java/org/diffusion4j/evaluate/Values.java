package org.diffusion4j.evaluate;

import java.nio.DoubleBuffer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The numbers of a tensor, in Java. */
final class Values {

    private Values() {}

    /** All of them in row-major order, in the caller's scope. */
    static double[] of(Tensor tensor) {
        double[] values = new double[Math.toIntExact(tensor.numel())];
        tensor.detach()
                .to(ScalarType.Double)
                .contiguous()
                .<DoubleBuffer>createBuffer()
                .get(values);
        return values;
    }
}
