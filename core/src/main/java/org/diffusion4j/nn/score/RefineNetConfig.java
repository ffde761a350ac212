package org.diffusion4j.nn.score;

import static org.diffusion4j.engine.Require.require;

import java.util.Locale;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Records;

/**
 * What a {@link RefineNet} looks like.
 *
 * @param imageChannels of a picture
 * @param channels the width of the first stage
 * @param nonlinearity between the convolutions
 * @param centerInputSample whether the input becomes {@code 2x − 1} first
 * @param levels the noise levels; a time is the index of one
 */
public record RefineNetConfig(
        RefineNetKind kind,
        int imageChannels,
        int channels,
        Nonlinearity nonlinearity,
        boolean centerInputSample,
        ScoreUNetConfig.Levels levels) {

    /** What stands between the convolutions, under the authors' name. */
    public enum Nonlinearity {
        ELU(torch::elu),
        RELU(torch::relu),
        LRELU(x -> torch.leaky_relu(x, new Scalar(0.2))),
        SWISH(torch::silu);

        private final UnaryOperator<Tensor> function;

        Nonlinearity(UnaryOperator<Tensor> function) {
            this.function = function;
        }

        Tensor apply(Tensor x) {
            return function.apply(x);
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RefineNetConfig {
        require(
                imageChannels >= 1 && channels >= 2,
                "imageChannels must be at least 1 and channels at least 2, were %s and %s",
                imageChannels,
                channels);
    }

    public RefineNetConfig withKind(RefineNetKind kind) {
        return Records.with(this, "kind", kind);
    }

    public RefineNetConfig withImageChannels(int imageChannels) {
        return Records.with(this, "imageChannels", imageChannels);
    }

    public RefineNetConfig withChannels(int channels) {
        return Records.with(this, "channels", channels);
    }

    public RefineNetConfig withNonlinearity(Nonlinearity nonlinearity) {
        return Records.with(this, "nonlinearity", nonlinearity);
    }

    public RefineNetConfig withCenterInputSample(boolean centerInputSample) {
        return Records.with(this, "centerInputSample", centerInputSample);
    }

    public RefineNetConfig withLevels(ScoreUNetConfig.Levels levels) {
        return Records.with(this, "levels", levels);
    }
}
