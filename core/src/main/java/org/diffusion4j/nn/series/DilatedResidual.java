package org.diffusion4j.nn.series;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.TimeFeatures;

/**
 * The network that says which noise is in a noised vector of series, given what a recurrent network remembers: residual layers of dilated
 * convolutions along the series, under the names of pytorch-ts' {@code EpsilonTheta}.
 *
 * <p>Rasul et al., "Autoregressive Denoising Diffusion Models for Multivariate Probabilistic Time Series Forecasting", ICML 2021, section 3.
 */
final class DilatedResidual {

    static final double SLOPE = 0.4;

    private final Conv1d input;
    private final TimeFeatures steps;
    private final Linear step1;
    private final Linear step2;
    private final Linear context1;
    private final Linear context2;
    private final List<DilatedLayer> layers;
    private final Conv1d skip;
    private final Conv1d output;

    /**
     * Declares the parameters.
     *
     * @param series how many numbers the vector has
     * @param context how many the condition has
     */
    DilatedResidual(Parameters.Path at, int series, int context, DilatedResidualConfig config) {
        int channels = config.channels();
        input = new Conv1d(at.to("input_projection"), 1, channels, 1, 2, 1);
        steps = new StepTable(config.stepFrequencies());
        step1 = new Linear(at.to("diffusion_embedding").to("projection1"), steps.width(), config.hidden());
        step2 = new Linear(at.to("diffusion_embedding").to("projection2"), config.hidden(), config.hidden());
        int half = Math.max(1, series / 2);
        context1 = new Linear(at.to("cond_upsampler").to("linear1"), context, half);
        context2 = new Linear(at.to("cond_upsampler").to("linear2"), half, series);
        layers = IntStream.range(0, config.layers())
                .mapToObj(i -> new DilatedLayer(
                        at.to("residual_layers").to(String.valueOf(i)),
                        config.hidden(),
                        channels,
                        1 << (i % config.dilationCycle())))
                .toList();
        skip = new Conv1d(at.to("skip_projection"), channels, channels, 3, 0, 1);
        output = Conv1d.zero(at.to("output_projection"), channels, 1, 3);
    }

    /**
     * The noise.
     *
     * @param x {@code [batch, 1, series]}
     * @param timesteps {@code [batch]}
     * @param context {@code [batch, 1, context]}
     * @return {@code [batch, 1, series]}
     */
    Tensor of(Tensor x, Tensor timesteps, Tensor context) {
        Tensor time = torch.silu(step2.apply(
                torch.silu(step1.apply(steps.of(timesteps, x.scalar_type().intern())))));
        Tensor condition = leaky(context2.apply(leaky(context1.apply(context))));
        Tensor y = leaky(input.apply(x));
        Tensor sum = null;
        for (DilatedLayer layer : layers) {
            DilatedLayer.Parts parts = layer.of(y, condition, time);
            y = parts.residual();
            sum = sum == null ? parts.skip() : sum.add(parts.skip());
        }
        Tensor mean = Objects.requireNonNull(sum).div(new Scalar(Math.sqrt(layers.size())));
        return output.apply(leaky(skip.apply(mean)));
    }

    private static Tensor leaky(Tensor x) {
        return torch.leaky_relu(x, new Scalar(SLOPE));
    }
}
