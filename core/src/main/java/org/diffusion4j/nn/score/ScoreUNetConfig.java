package org.diffusion4j.nn.score;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.PictureConfig;
import org.diffusion4j.schedule.NoiseSpacing;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ScoreUNet} looks like.
 *
 * @param sampleSize height and width
 * @param channels the width of the first level
 * @param multipliers the width of each level as a multiple of the first, the largest image first
 * @param layersPerBlock residual blocks of a level on the way down; on the way up there is one more
 * @param attentionSizes the sizes, not the factors, at which there is attention; the middle always has it
 * @param dropout the probability with which a residual block drops a value, in training
 * @param conditional whether the blocks receive the noise level
 * @param fir whether sizes are changed with the filter (1, 3, 3, 1), else with (1, 1)
 * @param outputSkip whether each size on the way up adds to an image that grows beside the features and is the output
 * @param numClassEmbeds the rows of the table of classes; null for an unconditional network
 * @param augmentationWidth how many numbers say how a picture was augmented; 0 for none
 * @param centerInputSample whether the input becomes {@code 2x − 1} first
 * @param dividesBySigma whether the output is divided by sigma: by that of {@code levels} whose index the network receives, or where
 *     there are none, by the number that it receives
 */
public record ScoreUNetConfig(
        int sampleSize,
        int inChannels,
        int outChannels,
        int channels,
        List<Integer> multipliers,
        int layersPerBlock,
        List<Integer> attentionSizes,
        double dropout,
        ScoreBlocks blocks,
        NoiseEmbedding noiseEmbedding,
        boolean conditional,
        boolean fir,
        InputPath inputPath,
        boolean outputSkip,
        @Nullable Integer numClassEmbeds,
        int augmentationWidth,
        boolean centerInputSample,
        boolean dividesBySigma,
        @Nullable Levels levels)
        implements PictureConfig {

    /** What {@code _class_name} says in model folders. */
    public static final String CLASS = "ScoreUNet";

    private static final int TIME_WIDTHS = 4;

    /**
     * Noise levels with equal differences of log sigma; a time is the index of one.
     *
     * @param largest sigma of index 0
     * @param smallest sigma of the last
     */
    public record Levels(double largest, double smallest, int count) {

        public Levels {
            require(
                    smallest > 0 && largest > smallest && count >= 2,
                    "noise levels need 0 < smallest < largest and at least 2 of them, were %s, %s and %s",
                    smallest,
                    largest,
                    count);
        }

        /** All levels, the largest first. */
        public double[] sigmas() {
            return NoiseSpacing.EXPONENTIAL.levels(count, smallest, largest);
        }
    }

    public ScoreUNetConfig {
        multipliers = List.copyOf(multipliers);
        attentionSizes = List.copyOf(attentionSizes);
        require(sampleSize >= 1, "sampleSize must be at least 1, was %s", sampleSize);
        require(
                inChannels >= 1 && outChannels >= 1 && channels >= 4,
                "inChannels and outChannels must be at least 1 and channels at least 4, were %s, %s and %s",
                inChannels,
                outChannels,
                channels);
        require(
                !multipliers.isEmpty() && multipliers.stream().allMatch(multiple -> multiple >= 1),
                "multipliers must be at least 1, were %s",
                multipliers);
        require(layersPerBlock >= 1, "layersPerBlock must be at least 1, was %s", layersPerBlock);
        require(dropout >= 0 && dropout < 1, "dropout must lie in [0, 1), was %s", dropout);
        int halvings = multipliers.size() - 1;
        require(
                halvings < Integer.SIZE - 1 && sampleSize % (1 << halvings) == 0,
                "sampleSize %s cannot be halved %s times; take fewer multipliers or another size",
                sampleSize,
                halvings);
        require(
                inputPath != InputPath.RESIDUAL || fir,
                "inputPath residual needs the filter (1, 3, 3, 1): set fir, or inputPath none");
        require(
                blocks != ScoreBlocks.NCSNPP_FILTERED || fir,
                "blocks ncsnpp_filtered change sizes by the filter (1, 3, 3, 1): set fir, or blocks ncsnpp");
        require(
                !outputSkip && inputPath == InputPath.NONE || blocks != ScoreBlocks.DDPM && blocks != ScoreBlocks.ADM,
                "inputPath and outputSkip are for blocks ncsnpp, not for %s",
                blocks);
        require(
                numClassEmbeds == null || numClassEmbeds >= 1,
                "numClassEmbeds must be at least 1, was %s",
                numClassEmbeds);
        require(augmentationWidth >= 0, "augmentationWidth must not be negative, was %s", augmentationWidth);
        require(
                conditional || numClassEmbeds == null && augmentationWidth == 0,
                "classes and augmentation reach the blocks with the noise level only: set conditional");
        require(levels == null || dividesBySigma, "levels are what the output is divided by: set dividesBySigma");
    }

    /**
     * NCSN++ as for CIFAR-10 (Song et al. 2021, appendix H), with sigma as the number that the network receives.
     *
     * @param imageChannels 1 or 3
     */
    public static ScoreUNetConfig ncsnpp(int sampleSize, int imageChannels, int channels, List<Integer> multipliers) {
        return new ScoreUNetConfig(
                sampleSize,
                imageChannels,
                imageChannels,
                channels,
                multipliers,
                4,
                List.of(16),
                0.1,
                ScoreBlocks.NCSNPP,
                NoiseEmbedding.FOURIER_LOG,
                true,
                true,
                InputPath.RESIDUAL,
                false,
                null,
                0,
                false,
                true,
                null);
    }

    /**
     * DDPM++ as for CIFAR-10 (Song et al. 2021, appendix H), with the timestep of a chain as the number that the network receives.
     *
     * @param imageChannels 1 or 3
     */
    public static ScoreUNetConfig ddpmpp(int sampleSize, int imageChannels, int channels, List<Integer> multipliers) {
        return ncsnpp(sampleSize, imageChannels, channels, multipliers)
                .withInputPath(InputPath.NONE)
                .withFir(false)
                .withNoiseEmbedding(NoiseEmbedding.SINES)
                .withDividesBySigma(false);
    }

    public ScoreUNetConfig withSampleSize(int sampleSize) {
        return Records.with(this, "sampleSize", sampleSize);
    }

    public ScoreUNetConfig withInChannels(int inChannels) {
        return Records.with(this, "inChannels", inChannels);
    }

    public ScoreUNetConfig withOutChannels(int outChannels) {
        return Records.with(this, "outChannels", outChannels);
    }

    public ScoreUNetConfig withChannels(int channels) {
        return Records.with(this, "channels", channels);
    }

    public ScoreUNetConfig withMultipliers(List<Integer> multipliers) {
        return Records.with(this, "multipliers", multipliers);
    }

    public ScoreUNetConfig withLayersPerBlock(int layersPerBlock) {
        return Records.with(this, "layersPerBlock", layersPerBlock);
    }

    public ScoreUNetConfig withAttentionSizes(List<Integer> attentionSizes) {
        return Records.with(this, "attentionSizes", attentionSizes);
    }

    public ScoreUNetConfig withDropout(double dropout) {
        return Records.with(this, "dropout", dropout);
    }

    public ScoreUNetConfig withBlocks(ScoreBlocks blocks) {
        return Records.with(this, "blocks", blocks);
    }

    public ScoreUNetConfig withNoiseEmbedding(NoiseEmbedding noiseEmbedding) {
        return Records.with(this, "noiseEmbedding", noiseEmbedding);
    }

    public ScoreUNetConfig withConditional(boolean conditional) {
        return Records.with(this, "conditional", conditional);
    }

    public ScoreUNetConfig withFir(boolean fir) {
        return Records.with(this, "fir", fir);
    }

    public ScoreUNetConfig withInputPath(InputPath inputPath) {
        return Records.with(this, "inputPath", inputPath);
    }

    public ScoreUNetConfig withOutputSkip(boolean outputSkip) {
        return Records.with(this, "outputSkip", outputSkip);
    }

    public ScoreUNetConfig withNumClassEmbeds(@Nullable Integer numClassEmbeds) {
        return Records.with(this, "numClassEmbeds", numClassEmbeds);
    }

    public ScoreUNetConfig withAugmentationWidth(int augmentationWidth) {
        return Records.with(this, "augmentationWidth", augmentationWidth);
    }

    public ScoreUNetConfig withCenterInputSample(boolean centerInputSample) {
        return Records.with(this, "centerInputSample", centerInputSample);
    }

    public ScoreUNetConfig withDividesBySigma(boolean dividesBySigma) {
        return Records.with(this, "dividesBySigma", dividesBySigma);
    }

    public ScoreUNetConfig withLevels(@Nullable Levels levels) {
        return Records.with(this, "levels", levels);
    }

    /** NCSN++ as published for CIFAR-10, but that it predicts eps: the output is not divided by sigma. */
    public static ScoreUNetConfig cifar10() {
        return ncsnpp(32, 3, 128, List.of(1, 2, 2, 2)).withDividesBySigma(false);
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = Records.SNAKE_CASE.write(this);
        map.put("_class_name", CLASS);
        return map;
    }

    @Override
    public List<Integer> pictureSize() {
        return List.of(sampleSize);
    }

    @Override
    public int firstWidth() {
        return width(0);
    }

    @Override
    public ScoreUNet newNetwork(long seed) {
        return new ScoreUNet(this, seed);
    }

    /** The width of a level, 0 for the largest images. */
    int width(int level) {
        return channels * multipliers.get(level);
    }

    int lastLevel() {
        return multipliers.size() - 1;
    }

    boolean attends(int level) {
        return attentionSizes.contains(sampleSize >> level) && blocks.heads(width(level)) > 0;
    }

    /** The width of the embedded noise level; 0 where the blocks do not receive it. */
    int timeWidth() {
        return conditional ? TIME_WIDTHS * channels : 0;
    }
}
