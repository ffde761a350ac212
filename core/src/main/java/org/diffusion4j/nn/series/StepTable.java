package org.diffusion4j.nn.series;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.TimeFeatures;

/**
 * The diffusion step as sines and cosines of {@code step·10^(4i/half)}, as DiffWave and TimeGrad have it. The angle is rounded to float32
 * before the sine, as it is there: at step 99 it reaches 5.6e5, and what float32 makes of it is what a published network was trained on.
 *
 * @param half how many frequencies there are
 */
record StepTable(int half) implements TimeFeatures {

    @Override
    public Tensor of(Tensor t, ScalarType dtype) {
        double[] steps = Tensors.toArray(t);
        double[] angles = new double[steps.length * half];
        for (int row = 0; row < steps.length; row++) {
            for (int i = 0; i < half; i++) {
                angles[row * half + i] = (float) steps[row] * (float) Math.pow(10, 4.0 * i / half);
            }
        }
        Tensor rounded = Tensors.of(angles, steps.length, half);
        return torch.cat(new TensorVector(rounded.sin(), rounded.cos()), 1).to(dtype);
    }

    @Override
    public int width() {
        return 2 * half;
    }
}
