package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What all channels of a network's output mean.
 *
 * @param variance what the second half of the channels says, or null where there is no second half
 */
public record OutputMeaning(Prediction prediction, @Nullable LearnedVariance variance) {

    /** How many channels a network needs for data of so many. */
    public int outputChannels(int channels) {
        return variance == null ? channels : 2 * channels;
    }

    /** The channels that are the prediction: a view of the output, or the output itself. */
    public Tensor predicted(Tensor output, Tensor xt) {
        return variance == null ? output : half(output, 0, xt);
    }

    /** What the output says about x_t, made in the caller's scope. */
    public Denoised interpret(Tensor output, Tensor xt, NoiseLevel level) {
        Denoised found = prediction.interpret(predicted(output, xt), xt, level);
        return variance == null ? found : new Denoised(found.x0(), found.eps(), variance.of(half(output, 1, xt)));
    }

    /** Such as {@code eps}, or {@code v with the variance learned-range}. */
    @Override
    public String toString() {
        return prediction + (variance == null ? "" : " with the variance " + variance);
    }

    private static Tensor half(Tensor output, int which, Tensor xt) {
        require(
                output.size(1) == 2 * xt.size(1),
                "with a learned variance the network needs %s output channels, twice those of x, but has %s",
                2 * xt.size(1),
                output.size(1));
        return output.chunk(2, 1).get(which);
    }
}
