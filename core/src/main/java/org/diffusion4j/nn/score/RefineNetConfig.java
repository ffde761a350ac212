package org.diffusion4j.nn.score;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.PictureConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RefineNet} looks like.
 *
 * @param sampleSize height and width
 * @param imageChannels of a picture
 * @param channels the width of the first stage
 * @param nonlinearity between the convolutions
 * @param centerInputSample whether the input becomes {@code 2x − 1} first
 * @param levels the noise levels; a time is the index of one
 * @param predictsEps whether the output is eps, which is the score times −sigma; else the score
 */
public record RefineNetConfig(
        RefineNetKind kind,
        int sampleSize,
        int imageChannels,
        int channels,
        Nonlinearity nonlinearity,
        boolean centerInputSample,
        ScoreUNetConfig.Levels levels,
        boolean predictsEps)
        implements PictureConfig {

    /** What {@code _class_name} says in model folders. */
    public static final String CLASS = "RefineNet";

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
        int least = 1 << kind.halvings();
        require(
                sampleSize >= least && sampleSize % least == 0,
                "sampleSize must be a multiple of %s, was %s",
                least,
                sampleSize);
        require(
                imageChannels >= 1 && channels >= 2,
                "imageChannels must be at least 1 and channels at least 2, were %s and %s",
                imageChannels,
                channels);
    }

    /**
     * NCSNv2 as published for CIFAR-10, but that it predicts eps, of pictures in [−1, 1]: there, of pictures in [0, 1], the levels are half
     * as large.
     */
    public static RefineNetConfig cifar10() {
        return new RefineNetConfig(
                RefineNetKind.NCSNV2,
                32,
                3,
                128,
                Nonlinearity.ELU,
                false,
                new ScoreUNetConfig.Levels(100, 0.02, 232),
                true);
    }

    @Override
    public List<Integer> pictureSize() {
        return List.of(sampleSize);
    }

    @Override
    public int inChannels() {
        return imageChannels;
    }

    @Override
    public int outChannels() {
        return imageChannels;
    }

    @Override
    public int firstWidth() {
        return channels;
    }

    @Override
    public @Nullable Integer numClassEmbeds() {
        return null;
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = Records.SNAKE_CASE.write(this);
        map.put("_class_name", CLASS);
        return map;
    }

    @Override
    public RefineNet newNetwork(long seed) {
        return new RefineNet(this, seed);
    }

    public RefineNetConfig withSampleSize(int sampleSize) {
        return Records.with(this, "sampleSize", sampleSize);
    }

    public RefineNetConfig withPredictsEps(boolean predictsEps) {
        return Records.with(this, "predictsEps", predictsEps);
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
