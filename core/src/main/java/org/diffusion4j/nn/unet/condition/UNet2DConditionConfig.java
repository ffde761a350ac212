package org.diffusion4j.nn.unet.condition;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.Activation;
import org.diffusion4j.nn.Divisors;
import org.diffusion4j.nn.unet.TimeShift;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link UNet2DCondition} looks like: the keys of diffusers' {@code UNet2DConditionModel}, in camelCase. A list has a value for
 * each level, the largest images first, or one for all.
 *
 * @param sampleSize height and width, or one number for a square; empty where the folder does not say
 * @param centerInputSample whether the input becomes {@code 2x − 1} first
 * @param flipSinToCos whether cosines come before sines in the embedded time
 * @param freqShift what is taken from the divisor of the sines' exponent
 * @param midBlockType null for none
 * @param onlyCrossAttention whether the first attention of a transformer sees the text too
 * @param blockOutChannels the width of each level
 * @param layersPerBlock the residual blocks of each level on the way down; there is one more on the way up
 * @param downsamplePadding 1, or 0 for zeros on the right and the bottom only
 * @param midBlockScaleFactor what the residual sums of the middle block are divided by
 * @param dropout the probability with which a residual block drops a value, in training
 * @param crossAttentionDim the width of the text's features
 * @param transformerLayersPerBlock the layers of each transformer
 * @param encoderHidDim the width of the text's features if they are projected first, or null
 * @param attentionHeadDim the number of heads: diffusers gave the key this name, and checkpoints have it
 * @param useLinearProjection whether transformers begin and end with linear layers, not convolutions
 * @param classEmbedType null (a table of {@code numClassEmbeds} rows, if that is given), or what a label is
 * @param additionEmbedType null, or what is added to the time beside labels
 * @param additionTimeEmbedDim the width of the sines of each size
 * @param upcastAttention whether attention is computed in float32, whatever the network's arithmetic
 * @param timeEmbeddingDim width of the time embedding; null: four times the first level's channels
 * @param timeCondProjDim the width of an embedded guidance scale, or null
 * @param projectionClassEmbeddingsInputDim the width of a label that is projected, or of text and sizes together
 */
public record UNet2DConditionConfig(
        List<Integer> sampleSize,
        int inChannels,
        int outChannels,
        boolean centerInputSample,
        boolean flipSinToCos,
        int freqShift,
        List<TextLevel> downBlockTypes,
        @Nullable TextLevel midBlockType,
        List<TextLevel> upBlockTypes,
        List<Boolean> onlyCrossAttention,
        List<Integer> blockOutChannels,
        List<Integer> layersPerBlock,
        int downsamplePadding,
        double midBlockScaleFactor,
        double dropout,
        Activation actFn,
        int normNumGroups,
        double normEps,
        List<Integer> crossAttentionDim,
        List<Integer> transformerLayersPerBlock,
        @Nullable Integer encoderHidDim,
        List<Integer> attentionHeadDim,
        boolean useLinearProjection,
        @Nullable LabelKind classEmbedType,
        @Nullable Integer numClassEmbeds,
        @Nullable AddedKind additionEmbedType,
        @Nullable Integer additionTimeEmbedDim,
        boolean upcastAttention,
        TimeShift resnetTimeScaleShift,
        @Nullable Integer timeEmbeddingDim,
        @Nullable Integer timeCondProjDim,
        @Nullable Integer projectionClassEmbeddingsInputDim) {

    private static final int MOST_LEVELS = 16;
    private static final int MOST = 1 << 16; // channels, layers, heads: beyond what any network has
    private static final int MOST_ROWS = 10_000_000;
    private static final int SIZES = 6;

    /** Keys of diffusers with the only value that is supported. */
    private static final Map<String, @Nullable Object> FIXED = fixed();

    /** Keys of diffusers that no supported network looks at, with their defaults. */
    private static final Map<String, @Nullable Object> WITHOUT_EFFECT = withoutEffect();

    private static final Set<String> ALWAYS_LISTS = Set.of("block_out_channels", "down_block_types", "up_block_types");
    private static final String TEXT_KIND = "encoder_hid_dim_type";

    private static Map<String, @Nullable Object> fixed() {
        Map<String, @Nullable Object> fixed = new TreeMap<>();
        fixed.put("attention_type", "default");
        fixed.put("class_embeddings_concat", false);
        fixed.put("conv_in_kernel", 3);
        fixed.put("conv_out_kernel", 3);
        fixed.put("cross_attention_norm", null);
        fixed.put("dual_cross_attention", false);
        fixed.put("num_attention_heads", null);
        fixed.put("resnet_out_scale_factor", 1.0);
        fixed.put("resnet_skip_time_act", false);
        fixed.put("reverse_transformer_layers_per_block", null);
        fixed.put("time_embedding_act_fn", null);
        fixed.put("time_embedding_type", "positional");
        fixed.put("timestep_post_act", null);
        return fixed;
    }

    private static Map<String, @Nullable Object> withoutEffect() {
        Map<String, @Nullable Object> keys = new TreeMap<>();
        keys.put("addition_embed_type_num_heads", 64); // of a kind of addition_embed_type that is refused
        keys.put("mid_block_only_cross_attention", null); // of a kind of mid_block_type that is refused
        return keys;
    }

    /** Refuses what does not fit together. */
    public UNet2DConditionConfig {
        sampleSize = List.copyOf(sampleSize);
        downBlockTypes = List.copyOf(downBlockTypes);
        upBlockTypes = List.copyOf(upBlockTypes);
        onlyCrossAttention = List.copyOf(onlyCrossAttention);
        blockOutChannels = List.copyOf(blockOutChannels);
        layersPerBlock = List.copyOf(layersPerBlock);
        crossAttentionDim = List.copyOf(crossAttentionDim);
        transformerLayersPerBlock = List.copyOf(transformerLayersPerBlock);
        attentionHeadDim = List.copyOf(attentionHeadDim);

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
        oneOf("down_block_types", downBlockTypes, List.of(TextLevel.CROSS_DOWN, TextLevel.DOWN));
        oneOf("up_block_types", upBlockTypes, List.of(TextLevel.CROSS_UP, TextLevel.UP));
        if (midBlockType != null) {
            oneOf("mid_block_type", List.of(midBlockType), List.of(TextLevel.CROSS_MIDDLE, TextLevel.MIDDLE));
        }
        forLevels("only_cross_attention", onlyCrossAttention, levels);
        forLevels("layers_per_block", layersPerBlock, levels);
        forLevels("cross_attention_dim", crossAttentionDim, levels);
        forLevels("transformer_layers_per_block", transformerLayersPerBlock, levels);
        forLevels("attention_head_dim", attentionHeadDim, levels);

        blockOutChannels.forEach(width -> within("block_out_channels", width, MOST));
        layersPerBlock.forEach(count -> within("layers_per_block", count, MOST));
        crossAttentionDim.forEach(width -> within("cross_attention_dim", width, MOST));
        transformerLayersPerBlock.forEach(count -> within("transformer_layers_per_block", count, MOST));
        attentionHeadDim.forEach(heads -> within("attention_head_dim", heads, MOST));
        require(sampleSize.size() <= 2, "sample_size must be one number or height and width, was %s", sampleSize);
        sampleSize.forEach(side -> within("sample_size", side, MOST));
        within("in_channels", inChannels, MOST);
        within("out_channels", outChannels, MOST);
        within("norm_num_groups", normNumGroups, MOST);
        within("encoder_hid_dim", encoderHidDim, MOST);
        within("num_class_embeds", numClassEmbeds, MOST_ROWS);
        within("addition_time_embed_dim", additionTimeEmbedDim, MOST);
        within("time_embedding_dim", timeEmbeddingDim, MOST);
        within("time_cond_proj_dim", timeCondProjDim, MOST);
        within("projection_class_embeddings_input_dim", projectionClassEmbeddingsInputDim, MOST);

        require(midBlockScaleFactor > 0, "mid_block_scale_factor must be positive, was %s", midBlockScaleFactor);
        require(normEps > 0, "norm_eps must be positive, was %s", normEps);
        require(dropout >= 0 && dropout < 1, "dropout must lie in [0, 1), was %s", dropout);
        require(
                downsamplePadding == 0 || downsamplePadding == 1,
                "downsample_padding must be 0 or 1, was %s",
                downsamplePadding);
        require(
                blockOutChannels.get(0) / 2 > freqShift,
                "a time embedding of %s channels cannot have freq_shift %s",
                blockOutChannels.get(0),
                freqShift);
        for (int level = 0; level < levels; level++) {
            int width = blockOutChannels.get(level);
            require(
                    width % normNumGroups == 0,
                    "norm_num_groups %s does not divide block_out_channels %s; the nearest that do are %s",
                    normNumGroups,
                    width,
                    Divisors.nearest(width, normNumGroups));
            int heads = at(attentionHeadDim, level);
            boolean attends = downBlockTypes.get(level).seesText()
                    || upBlockTypes.get(levels - 1 - level).seesText();
            require(
                    !attends || width % heads == 0,
                    "attention_head_dim %s, which is the number of heads, does not divide the %s channels of a level",
                    heads,
                    width);
        }
        boolean projected = classEmbedType == LabelKind.PROJECTION || classEmbedType == LabelKind.SIMPLE_PROJECTION;
        require(
                !projected || projectionClassEmbeddingsInputDim != null,
                "class_embed_type '%s' needs projection_class_embeddings_input_dim",
                classEmbedType);
        require(
                additionEmbedType == null || additionTimeEmbedDim != null && projectionClassEmbeddingsInputDim != null,
                "addition_embed_type '%s' needs addition_time_embed_dim and projection_class_embeddings_input_dim",
                additionEmbedType);
        require(
                encoderHidDim == null || crossAttentionDim.stream().distinct().count() == 1,
                "encoder_hid_dim needs one cross_attention_dim for all levels, were %s",
                crossAttentionDim);
    }

    /** The defaults of diffusers: the widths of Stable Diffusion 1, for a text of 1,280 features. */
    public static UNet2DConditionConfig defaults() {
        return new UNet2DConditionConfig(
                List.of(),
                4,
                4,
                false,
                true,
                0,
                List.of(TextLevel.CROSS_DOWN, TextLevel.CROSS_DOWN, TextLevel.CROSS_DOWN, TextLevel.DOWN),
                TextLevel.CROSS_MIDDLE,
                List.of(TextLevel.UP, TextLevel.CROSS_UP, TextLevel.CROSS_UP, TextLevel.CROSS_UP),
                List.of(false),
                List.of(320, 640, 1280, 1280),
                List.of(2),
                1,
                1,
                0,
                Activation.SILU,
                32,
                1e-5,
                List.of(1280),
                List.of(1),
                null,
                List.of(8),
                false,
                null,
                null,
                null,
                null,
                false,
                TimeShift.DEFAULT,
                null,
                null,
                null);
    }

    /**
     * Reads diffusers' {@code unet/config.json}. Missing keys take diffusers' defaults.
     *
     * @param source where the map comes from, for messages
     * @throws FormatException if a key is not known, a value has the wrong type, or what it asks for is not supported
     */
    public static UNet2DConditionConfig fromMap(Map<String, ?> diffusersConfig, String source) {
        Map<String, @Nullable Object> rest = new TreeMap<>();
        diffusersConfig.keySet().forEach(key -> rest.put(key, diffusersConfig.get(key)));
        FIXED.forEach((key, only) -> {
            if (rest.containsKey(key) && !same(rest.remove(key), only)) {
                throw unsupported(source, key, diffusersConfig.get(key), only);
            }
        });
        Object kind = rest.remove(TEXT_KIND);
        if (kind != null && !kind.equals("text_proj")) {
            throw unsupported(source, TEXT_KIND, kind, "text_proj");
        }
        rest.keySet().removeAll(WITHOUT_EFFECT.keySet());
        return Records.SNAKE_CASE.read(defaults(), rest, source);
    }

    private static FormatException unsupported(
            String source, String key, @Nullable Object found, @Nullable Object only) {
        return new FormatException(
                source + ": '" + key + "' is " + found + "; only " + only + " is supported for this network");
    }

    private static boolean same(@Nullable Object found, @Nullable Object only) {
        return found instanceof Number a && only instanceof Number b
                ? a.doubleValue() == b.doubleValue()
                : Objects.equals(found, only);
    }

    /** The keys of a {@code unet/config.json} that are known and have no effect there, though they differ from the default. */
    public static List<String> passedOver(Map<String, ?> diffusersConfig) {
        return WITHOUT_EFFECT.entrySet().stream()
                .filter(entry -> diffusersConfig.containsKey(entry.getKey())
                        && !same(diffusersConfig.get(entry.getKey()), entry.getValue()))
                .map(entry -> "'" + entry.getKey() + "' has no effect")
                .toList();
    }

    /** The same configuration but for these keys of diffusers, such as {@code Map.of("cross_attention_dim", 768)}. */
    public UNet2DConditionConfig with(Map<String, ?> changes) {
        return Records.SNAKE_CASE.read(this, changes, "changes");
    }

    /** Diffusers' keys and values in alphabetical order, as {@code unet/config.json} has them. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map = Records.SNAKE_CASE.write(this);
        Map<String, @Nullable Object> written = new TreeMap<>(FIXED);
        written.putAll(WITHOUT_EFFECT);
        written.put(TEXT_KIND, encoderHidDim == null ? null : "text_proj");
        map.forEach((key, value) -> {
            boolean forAll = value instanceof List<?> list && list.size() < 2 && !ALWAYS_LISTS.contains(key);
            written.put(key, forAll && value instanceof List<?> list ? (list.isEmpty() ? null : list.get(0)) : value);
        });
        return written;
    }

    /** The channels of the text's features that the network receives. */
    public int conditionWidth() {
        return encoderHidDim == null ? textWidth(0) : encoderHidDim;
    }

    /** The channels of a whole text's features that a network with {@code addition_embed_type} receives; 0 without. */
    public int pooledWidth() {
        return additionEmbedType == null || additionTimeEmbedDim == null
                ? 0
                : labelWidth() - SIZES * additionTimeEmbedDim;
    }

    int timeWidth() {
        return timeEmbeddingDim != null ? timeEmbeddingDim : 4 * blockOutChannels.get(0);
    }

    int textWidth(int level) {
        return at(crossAttentionDim, level);
    }

    int heads(int level) {
        return at(attentionHeadDim, level);
    }

    int layers(int level) {
        return at(layersPerBlock, level);
    }

    int transformerLayers(int level) {
        return at(transformerLayersPerBlock, level);
    }

    boolean textOnly(int level) {
        return at(onlyCrossAttention, level);
    }

    int labelWidth() {
        return Objects.requireNonNull(projectionClassEmbeddingsInputDim);
    }

    private static <T> T at(List<T> values, int level) {
        return values.get(values.size() == 1 ? 0 : level);
    }

    private static void forLevels(String key, List<?> values, int levels) {
        require(
                values.size() == 1 || values.size() == levels,
                "%s must have one value, or one for each of the %s levels, was %s",
                key,
                levels,
                values);
    }

    private static void oneOf(String key, List<TextLevel> values, List<TextLevel> known) {
        List<TextLevel> others = new ArrayList<>(values);
        others.removeAll(known);
        require(others.isEmpty(), "%s cannot be %s; there are %s", key, others, known);
    }

    private static void within(String key, @Nullable Integer value, int most) {
        require(value == null || value >= 1 && value <= most, "%s must lie between 1 and %s, was %s", key, most, value);
    }
}
