package org.diffusion4j.nn.unet;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.Activation;
import org.diffusion4j.nn.Divisors;
import org.diffusion4j.nn.PictureConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link UNet2D} looks like: the keys of diffusers' {@code UNet2DModel}, in camelCase.
 *
 * @param sampleSize height and width, or one number for a square; empty where the folder does not say
 * @param centerInputSample whether the input becomes {@code 2x − 1} first
 * @param timeEmbeddingType {@code positional} (sines), {@code fourier} (random frequencies of ln t; the output is divided by t)
 *     or {@code learned} (a table of {@code numTrainTimesteps} rows)
 * @param timeEmbeddingDim width of the time embedding; null: four times the first block's channels
 * @param freqShift what is taken from the divisor of the sines' exponent: 1 in DDPM, 0 in IDDPM and ADM
 * @param flipSinToCos whether cosines come before sines
 * @param midBlockType {@code UNetMidBlock2D}, or null for none
 * @param blockOutChannels the width of each level, the largest image first
 * @param midBlockScaleFactor what the residual sums of the middle block are divided by
 * @param downsamplePadding 1, or 0 for zeros on the right and the bottom only
 * @param downsampleType {@code conv} or {@code resnet}; acts in blocks with attention only, as in diffusers
 * @param upsampleType {@code conv} or {@code resnet}; acts in blocks with attention only, as in diffusers
 * @param dropout the probability with which a residual block drops a value, in training
 * @param actFn {@code silu}, {@code swish}, {@code mish}, {@code gelu} or {@code relu}, inside the residual blocks
 * @param attentionHeadDim the width of a head; null: one head over all channels
 * @param attentionHeads the number of heads in place of their width, for which diffusers has no key: one number, or one for the way
 *     down and the middle and one for the way up; empty: {@code attentionHeadDim} decides
 * @param normNumGroups groups of the norms; null: a quarter of the channels, at most 32
 * @param attnNormNumGroups groups of the norm of the middle block's attention; null: {@code normNumGroups}, or no norm at all
 *     where {@code resnetTimeScaleShift} is {@code scale_shift}
 * @param resnetTimeScaleShift {@code default} (the time is added) or {@code scale_shift} (it scales and shifts the second norm)
 * @param addAttention whether the middle block attends
 * @param classEmbedType null (a table of {@code numClassEmbeds} rows, if that is given), {@code timestep} or {@code identity}
 */
public record UNet2DConfig(
        List<Integer> sampleSize,
        int inChannels,
        int outChannels,
        boolean centerInputSample,
        TimeEmbeddingType timeEmbeddingType,
        @Nullable Integer timeEmbeddingDim,
        int freqShift,
        boolean flipSinToCos,
        List<String> downBlockTypes,
        @Nullable String midBlockType,
        List<String> upBlockTypes,
        List<Integer> blockOutChannels,
        int layersPerBlock,
        double midBlockScaleFactor,
        int downsamplePadding,
        ResampleType downsampleType,
        ResampleType upsampleType,
        double dropout,
        Activation actFn,
        @Nullable Integer attentionHeadDim,
        List<Integer> attentionHeads,
        @Nullable Integer normNumGroups,
        @Nullable Integer attnNormNumGroups,
        double normEps,
        TimeShift resnetTimeScaleShift,
        boolean addAttention,
        @Nullable ClassEmbedType classEmbedType,
        @Nullable Integer numClassEmbeds,
        @Nullable Integer numTrainTimesteps)
        implements PictureConfig {

    // beyond what any network has; what it needs of memory is checked when it is made
    private static final int MOST_SIDE = 1 << 14;
    private static final int MOST_LAYERS = 256;
    private static final int MOST_LEVELS = 16;
    private static final int MOST_CHANNELS = 1 << 16;
    private static final int MOST_ROWS = 10_000_000;

    private static final List<String> KEYS = Records.SNAKE_CASE.keys(UNet2DConfig.class);
    private static final Set<String> DOWN = Set.of(
            "DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D", "SkipDownBlock2D", "AttnSkipDownBlock2D");
    private static final Set<String> UP =
            Set.of("UpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D", "SkipUpBlock2D", "AttnSkipUpBlock2D");

    public UNet2DConfig {
        sampleSize = List.copyOf(sampleSize);
        downBlockTypes = List.copyOf(downBlockTypes);
        upBlockTypes = List.copyOf(upBlockTypes);
        blockOutChannels = List.copyOf(blockOutChannels);
        attentionHeads = List.copyOf(attentionHeads);
        int levels = blockOutChannels.size();

        require(
                levels >= 1 && levels <= MOST_LEVELS,
                "block_out_channels must name 1 to %s levels, were %s",
                MOST_LEVELS,
                levels);
        require(
                downBlockTypes.size() == levels && upBlockTypes.size() == levels,
                "block_out_channels, down_block_types and up_block_types must be of equal length, were of %s, %s and %s",
                levels,
                downBlockTypes.size(),
                upBlockTypes.size());
        downBlockTypes.forEach(type -> oneOf("down_block_types", type, DOWN));
        upBlockTypes.forEach(type -> oneOf("up_block_types", type, UP));
        oneOf("mid_block_type", midBlockType == null ? "UNetMidBlock2D" : midBlockType, Set.of("UNetMidBlock2D"));

        within("in_channels", inChannels, MOST_CHANNELS);
        within("out_channels", outChannels, MOST_CHANNELS);
        within("layers_per_block", layersPerBlock, MOST_LAYERS);
        within("time_embedding_dim", timeEmbeddingDim, MOST_CHANNELS);
        positive("attention_head_dim", attentionHeadDim);
        attentionHeads.forEach(heads -> positive("attention_heads", heads));
        require(
                attentionHeads.size() <= 2 && (attentionHeads.isEmpty() || attentionHeadDim == null),
                "attention_heads must be one or two numbers, and attention_head_dim null beside them, were %s and %s",
                attentionHeads,
                attentionHeadDim);
        positive("norm_num_groups", normNumGroups);
        positive("attn_norm_num_groups", attnNormNumGroups);
        within("num_class_embeds", numClassEmbeds, MOST_ROWS);
        within("num_train_timesteps", numTrainTimesteps, MOST_ROWS);
        blockOutChannels.forEach(width -> within("block_out_channels", width, MOST_CHANNELS));
        require(midBlockScaleFactor > 0, "mid_block_scale_factor must be positive, was %s", midBlockScaleFactor);
        require(normEps > 0, "norm_eps must be positive, was %s", normEps);
        require(dropout >= 0 && dropout < 1, "dropout must lie in [0, 1), was %s", dropout);
        require(
                downsamplePadding == 0 || downsamplePadding == 1,
                "downsample_padding must be 0 or 1, was %s",
                downsamplePadding);
        require(
                timeEmbeddingType != TimeEmbeddingType.LEARNED || numTrainTimesteps != null,
                "time_embedding_type 'learned' needs num_train_timesteps");
        require(
                timeEmbeddingType != TimeEmbeddingType.POSITIONAL || blockOutChannels.get(0) / 2 > freqShift,
                "positional time embedding of %s channels cannot have freq_shift %s; the first of block_out_channels must be at least %s",
                blockOutChannels.get(0),
                freqShift,
                2 * (freqShift + 1));

        require(sampleSize.size() <= 2, "sample_size must be one number or height and width, was %s", sampleSize);
        for (int side : sampleSize) {
            requireDivisible("sample_size", side, levels);
            within("sample_size", side, MOST_SIDE);
        }
        requireGroups(normNumGroups, downBlockTypes, upBlockTypes, midBlockType, blockOutChannels);
        require(
                inChannels == 3 || downBlockTypes.stream().noneMatch(type -> type.contains("Skip")),
                "blocks with skip images need in_channels 3, were %s",
                inChannels);
        require(
                outChannels == 3 || upBlockTypes.stream().noneMatch(type -> type.contains("Skip")),
                "blocks with skip images need out_channels 3, were %s",
                outChannels);
    }

    /** The defaults of diffusers: 224 to 896 channels in four levels, attention in all but the first. */
    public static UNet2DConfig defaults() {
        return new UNet2DConfig(
                List.of(),
                3,
                3,
                false,
                TimeEmbeddingType.POSITIONAL,
                null,
                0,
                true,
                List.of("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"),
                "UNetMidBlock2D",
                List.of("AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"),
                List.of(224, 448, 672, 896),
                2,
                1,
                1,
                ResampleType.CONV,
                ResampleType.CONV,
                0,
                Activation.SILU,
                8,
                List.of(),
                32,
                null,
                1e-5,
                TimeShift.DEFAULT,
                true,
                null,
                null,
                null);
    }

    /**
     * Reads diffusers' {@code unet/config.json}. Missing keys take diffusers' defaults, those that are not known are passed over.
     *
     * @param source where the map comes from, for messages
     * @throws FormatException if a value has the wrong type or is refused
     */
    public static UNet2DConfig fromMap(Map<String, ?> diffusersConfig, String source) {
        Map<String, @Nullable Object> known = new TreeMap<>();
        KEYS.stream().filter(diffusersConfig::containsKey).forEach(key -> known.put(key, diffusersConfig.get(key)));
        return Records.SNAKE_CASE.read(defaults(), known, source);
    }

    /**
     * The keys of a {@code unet/config.json} that are passed over, in alphabetical order, such as those that diffusers' average of
     * weights adds; but not those that begin with {@code _}.
     */
    public static List<String> passedOver(Map<String, ?> diffusersConfig) {
        return diffusersConfig.keySet().stream()
                .filter(key -> !KEYS.contains(key) && !key.startsWith("_"))
                .sorted()
                .map(key -> DidYouMean.passedOver(key, KEYS))
                .toList();
    }

    /** The same configuration but for these keys of diffusers, such as {@code Map.of("num_class_embeds", 10, "dropout", 0.1)}. */
    public UNet2DConfig with(Map<String, ?> changes) {
        return Records.SNAKE_CASE.read(this, changes, "changes");
    }

    public UNet2DConfig withSampleSize(List<Integer> sampleSize) {
        return Records.with(this, "sampleSize", sampleSize);
    }

    public UNet2DConfig withInChannels(int inChannels) {
        return Records.with(this, "inChannels", inChannels);
    }

    public UNet2DConfig withOutChannels(int outChannels) {
        return Records.with(this, "outChannels", outChannels);
    }

    public UNet2DConfig withCenterInputSample(boolean centerInputSample) {
        return Records.with(this, "centerInputSample", centerInputSample);
    }

    public UNet2DConfig withTimeEmbeddingType(TimeEmbeddingType timeEmbeddingType) {
        return Records.with(this, "timeEmbeddingType", timeEmbeddingType);
    }

    public UNet2DConfig withTimeEmbeddingDim(@Nullable Integer timeEmbeddingDim) {
        return Records.with(this, "timeEmbeddingDim", timeEmbeddingDim);
    }

    public UNet2DConfig withFreqShift(int freqShift) {
        return Records.with(this, "freqShift", freqShift);
    }

    public UNet2DConfig withFlipSinToCos(boolean flipSinToCos) {
        return Records.with(this, "flipSinToCos", flipSinToCos);
    }

    public UNet2DConfig withDownBlockTypes(List<String> downBlockTypes) {
        return Records.with(this, "downBlockTypes", downBlockTypes);
    }

    public UNet2DConfig withMidBlockType(@Nullable String midBlockType) {
        return Records.with(this, "midBlockType", midBlockType);
    }

    public UNet2DConfig withUpBlockTypes(List<String> upBlockTypes) {
        return Records.with(this, "upBlockTypes", upBlockTypes);
    }

    public UNet2DConfig withBlockOutChannels(List<Integer> blockOutChannels) {
        return Records.with(this, "blockOutChannels", blockOutChannels);
    }

    public UNet2DConfig withLayersPerBlock(int layersPerBlock) {
        return Records.with(this, "layersPerBlock", layersPerBlock);
    }

    public UNet2DConfig withMidBlockScaleFactor(double midBlockScaleFactor) {
        return Records.with(this, "midBlockScaleFactor", midBlockScaleFactor);
    }

    public UNet2DConfig withDownsamplePadding(int downsamplePadding) {
        return Records.with(this, "downsamplePadding", downsamplePadding);
    }

    public UNet2DConfig withDownsampleType(ResampleType downsampleType) {
        return Records.with(this, "downsampleType", downsampleType);
    }

    public UNet2DConfig withUpsampleType(ResampleType upsampleType) {
        return Records.with(this, "upsampleType", upsampleType);
    }

    public UNet2DConfig withDropout(double dropout) {
        return Records.with(this, "dropout", dropout);
    }

    public UNet2DConfig withActFn(Activation actFn) {
        return Records.with(this, "actFn", actFn);
    }

    public UNet2DConfig withAttentionHeadDim(@Nullable Integer attentionHeadDim) {
        return Records.with(this, "attentionHeadDim", attentionHeadDim);
    }

    public UNet2DConfig withAttentionHeads(List<Integer> attentionHeads) {
        return Records.with(this, "attentionHeads", attentionHeads);
    }

    public UNet2DConfig withNormNumGroups(@Nullable Integer normNumGroups) {
        return Records.with(this, "normNumGroups", normNumGroups);
    }

    public UNet2DConfig withAttnNormNumGroups(@Nullable Integer attnNormNumGroups) {
        return Records.with(this, "attnNormNumGroups", attnNormNumGroups);
    }

    public UNet2DConfig withNormEps(double normEps) {
        return Records.with(this, "normEps", normEps);
    }

    public UNet2DConfig withResnetTimeScaleShift(TimeShift resnetTimeScaleShift) {
        return Records.with(this, "resnetTimeScaleShift", resnetTimeScaleShift);
    }

    public UNet2DConfig withAddAttention(boolean addAttention) {
        return Records.with(this, "addAttention", addAttention);
    }

    public UNet2DConfig withClassEmbedType(@Nullable ClassEmbedType classEmbedType) {
        return Records.with(this, "classEmbedType", classEmbedType);
    }

    public UNet2DConfig withNumClassEmbeds(@Nullable Integer numClassEmbeds) {
        return Records.with(this, "numClassEmbeds", numClassEmbeds);
    }

    public UNet2DConfig withNumTrainTimesteps(@Nullable Integer numTrainTimesteps) {
        return Records.with(this, "numTrainTimesteps", numTrainTimesteps);
    }

    /**
     * A level of plain blocks.
     *
     * @param channels its width
     * @param attends whether its residual blocks are followed by attention
     */
    public record Level(int channels, boolean attends) {}

    /** The same network with these levels, the largest image first: widths and both ways of blocks at once. */
    public UNet2DConfig withLevels(List<Level> levels) {
        List<String> up = new ArrayList<>(
                levels.stream().map(level -> block(level, "UpBlock2D")).toList());
        Collections.reverse(up);
        return Records.with(
                this,
                Map.of(
                        "blockOutChannels", levels.stream().map(Level::channels).toList(),
                        "downBlockTypes",
                                levels.stream()
                                        .map(level -> block(level, "DownBlock2D"))
                                        .toList(),
                        "upBlockTypes", List.copyOf(up)));
    }

    private static String block(Level level, String plain) {
        return level.attends ? "Attn" + plain : plain;
    }

    /** Diffusers' keys and values in alphabetical order, as {@code unet/config.json} has them. */
    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = Records.SNAKE_CASE.write(this);
        if (sampleSize.size() < 2) {
            map.put("sample_size", sampleSize.isEmpty() ? null : sampleSize.get(0));
        }
        if (attentionHeads.isEmpty()) {
            map.remove("attention_heads"); // not a key of diffusers
        }
        return map;
    }

    @Override
    public List<Integer> pictureSize() {
        return sampleSize;
    }

    @Override
    public int firstWidth() {
        return blockOutChannels.get(0);
    }

    @Override
    public UNet2D newNetwork(long seed) {
        return new UNet2D(this, seed);
    }

    /** Whether {@code labels} must be given to the network. */
    public boolean conditional() {
        return classEmbedType != null || numClassEmbeds != null;
    }

    /** The width of the time embedding. */
    int timeWidth() {
        return timeEmbeddingDim != null ? timeEmbeddingDim : 4 * blockOutChannels.get(0);
    }

    /** The width of a head of attention over so many channels, on the way down and in the middle. */
    int headWidthDown(int channels) {
        return headWidth(channels, 0);
    }

    /** The width of a head of attention over so many channels, on the way up. */
    int headWidthUp(int channels) {
        return headWidth(channels, attentionHeads.size() - 1);
    }

    private int headWidth(int channels, int way) {
        if (attentionHeads.isEmpty()) {
            return attentionHeadDim == null ? channels : attentionHeadDim;
        }
        int heads = attentionHeads.get(way);
        require(
                channels % heads == 0,
                "attention_heads %s does not divide the %s channels of a level",
                heads,
                channels);
        return channels / heads;
    }

    /** Refuses images that the levels cannot halve. */
    void requireSize(long height, long width) {
        requireDivisible("height", height, blockOutChannels.size());
        requireDivisible("width", width, blockOutChannels.size());
    }

    private static void requireDivisible(String what, long size, int levels) {
        long divisor = 1L << (levels - 1);
        require(
                size > 0 && size % divisor == 0,
                "%s %s does not divide by %s, as the %s levels of the network need; the nearest that do are %s",
                what,
                size,
                divisor,
                levels,
                Divisors.nearestMultiples(size, divisor));
    }

    /** All widths that a norm with {@code norm_num_groups} sees are sums of these. */
    private static void requireGroups(
            @Nullable Integer groups,
            List<String> down,
            List<String> up,
            @Nullable String mid,
            List<Integer> channels) {
        int levels = channels.size();
        int common = channels.get(0);
        for (int i = 0; i < levels; i++) {
            boolean plain =
                    !down.get(i).contains("Skip") || !up.get(levels - 1 - i).contains("Skip");
            common = plain || (mid != null && i == levels - 1) ? gcd(common, channels.get(i)) : common;
        }
        if (groups != null && common % groups != 0) {
            throw new IllegalArgumentException("norm_num_groups " + groups + " does not divide block_out_channels "
                    + channels + "; the nearest that do are " + Divisors.nearest(common, groups));
        }
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    private static void oneOf(String key, String value, Set<String> known) {
        require(known.contains(value), "%s '%s' is not known; %s", key, value, DidYouMean.among(value, known));
    }

    private static void within(String key, @Nullable Integer value, int most) {
        positive(key, value);
        require(value == null || value <= most, "%s must be at most %s, was %s", key, most, value);
    }

    private static void positive(String key, @Nullable Integer value) {
        require(value == null || value >= 1, "%s must be at least 1, was %s", key, value);
    }
}
