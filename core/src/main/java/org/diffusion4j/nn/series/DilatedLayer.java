package org.diffusion4j.nn.series;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;

/**
 * A gated dilated convolution, whose output is split into what goes to the next layer and what goes to the end.
 *
 * <p>van den Oord et al., "WaveNet", 2016; Kong et al., "DiffWave", ICLR 2021, figure 2.
 */
final class DilatedLayer {

    private final Conv1d dilated;
    private final Linear step;
    private final Conv1d conditioner;
    private final Conv1d output;

    DilatedLayer(Parameters.Path at, int hidden, int channels, int dilation) {
        dilated = new Conv1d(at.to("dilated_conv"), channels, 2 * channels, 3, dilation, dilation);
        step = new Linear(at.to("diffusion_projection"), hidden, channels);
        conditioner = new Conv1d(at.to("conditioner_projection"), 1, 2 * channels, 1, 2, 1);
        output = new Conv1d(at.to("output_projection"), channels, 2 * channels, 1, 0, 1);
    }

    /** What goes to the next layer, and what goes to the end. */
    record Parts(Tensor residual, Tensor skip) {}

    /**
     * One layer.
     *
     * @param x {@code [batch, channels, series + 4]}
     * @param context {@code [batch, 1, series]}
     * @param time {@code [batch, hidden]}
     */
    Parts of(Tensor x, Tensor context, Tensor time) {
        long channels = x.size(1);
        Tensor both = dilated.apply(x.add(step.apply(time).unsqueeze(-1))).add(conditioner.apply(context));
        Tensor gated = both.narrow(1, 0, channels)
                .sigmoid()
                .mul(both.narrow(1, channels, channels).tanh());
        Tensor split = torch.leaky_relu(output.apply(gated), new Scalar(DilatedResidual.SLOPE));
        Tensor residual = x.add(split.narrow(1, 0, channels)).mul(new Scalar(Math.sqrt(0.5)));
        return new Parts(residual, split.narrow(1, channels, channels));
    }
}
