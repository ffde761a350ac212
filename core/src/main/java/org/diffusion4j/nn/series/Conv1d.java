package org.diffusion4j.nn.series;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/** A convolution along a row that is closed to a ring; {@code weight} and {@code bias}. */
final class Conv1d {

    private final Parameter weight;
    private final Parameter bias;
    private final int padding;
    private final int dilation;

    private Conv1d(Parameters.Path at, Initialiser begin, int in, int out, int kernel, int padding, int dilation) {
        this.weight = at.add("weight", begin, out, in, kernel);
        this.bias = at.add("bias", Initialiser.fanIn((long) in * kernel), out);
        this.padding = padding;
        this.dilation = dilation;
    }

    /**
     * Beginning as for a ReLU to follow (He et al. 2015).
     *
     * @param padding how many places of the other end are added at either end
     */
    Conv1d(Parameters.Path at, int in, int out, int kernel, int padding, int dilation) {
        this(at, new Initialiser.Normal(Math.sqrt(2.0 / (in * kernel))), in, out, kernel, padding, dilation);
    }

    /** Beginning at zero, without padding. */
    static Conv1d zero(Parameters.Path at, int in, int out, int kernel) {
        return new Conv1d(at, Initialiser.ZEROS, in, out, kernel, 0, 1);
    }

    /** {@code [batch, in, length]} to {@code [batch, out, length + 2·padding − dilation·(kernel − 1)]}. */
    Tensor apply(Tensor x) {
        return torch.conv1d(
                padding == 0 ? x : ring(x),
                weight.value(),
                new TensorOptional(bias.value()),
                new long[] {1},
                new long[] {0},
                new long[] {dilation},
                1);
    }

    private Tensor ring(Tensor x) {
        long length = x.size(2);
        return torch.cat(new TensorVector(x.narrow(2, length - padding, padding), x, x.narrow(2, 0, padding)), 2);
    }
}
