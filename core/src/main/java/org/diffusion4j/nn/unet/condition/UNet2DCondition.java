package org.diffusion4j.nn.unet.condition;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.TimeEmbedding;
import org.diffusion4j.nn.TimeFeatures;
import org.diffusion4j.nn.unet.ClassEmbedding;
import org.jspecify.annotations.Nullable;

/**
 * The U-Net of latent diffusion, whose pixels attend to a text; its configuration and parameters are those of diffusers'
 * {@code UNet2DConditionModel}.
 *
 * <p>Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022, section 3.3; Podell et al., "SDXL", 2023.
 * Images may be of any size: where a level's is odd, the way up returns to it.
 */
public final class UNet2DCondition implements Network {

    /** The name of the text's features in a condition: {@code [batch, length, textWidth]}. */
    public static final String TEXT = "text";

    /** The name of the mask of the text: {@code [batch, length]}, 1 for a position that is seen, 0 for one that is not. */
    public static final String TEXT_MASK = "text_mask";

    /** The name of the features of the whole text, which SDXL receives: {@code [batch, width]}. */
    public static final String POOLED_TEXT = "pooled_text";

    /** The name of the sizes of the picture, which SDXL receives: {@code [batch, 6]}, each height before width. */
    public static final String SIZES = "sizes";

    /**
     * The name of further channels, which follow those of x: {@code [batch, channels, height, width]}. Networks for inpainting receive a mask
     * and the latents of what is kept.
     */
    public static final String CHANNELS = "channels";

    /** The name of the embedded guidance scale, which consistency models receive: {@code [batch, timeCondProjDim]}. */
    public static final String GUIDANCE = "guidance";

    private static final double UNSEEN = -10_000; // added to scores; diffusers'

    private final UNet2DConditionConfig config;
    private final Parameters parameters = new Parameters("the model");
    private final ScalarType dtype;
    private final Dropout dropout;

    private final TimeFeatures timeFeatures;
    private final TimeEmbedding timeEmbedding;
    private final @Nullable Linear guidance;
    private final @Nullable ClassEmbedding labels;
    private final @Nullable AddedEmbedding added;
    private final @Nullable Linear textProjection;
    private final Conv2d convIn;
    private final List<TextDown> down = new ArrayList<>();
    private final @Nullable TextMiddle middle;
    private final List<TextUp> up = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;

    /** A new network in float32. */
    public UNet2DCondition(UNet2DConditionConfig config, long seed) {
        this(config, seed, ScalarType.Float);
    }

    /** A new network of that dtype, float32 or float64. */
    public UNet2DCondition(UNet2DConditionConfig config, long seed, ScalarType dtype) {
        this(config, dtype);
        parameters.allocate(seed, dtype);
    }

    /** One whose parameters have names and shapes and no values yet, however large it is. */
    public static UNet2DCondition withoutValues(UNet2DConditionConfig config) {
        return new UNet2DCondition(config, ScalarType.Float);
    }

    private UNet2DCondition(UNet2DConditionConfig config, ScalarType dtype) {
        this.config = config;
        this.dtype = dtype;
        dropout = new Dropout(config.dropout());
        Parameters.Path root = parameters.root();
        List<Integer> widths = config.blockOutChannels();
        int levels = widths.size();
        TextLayers make = new TextLayers(config, dropout);

        convIn = Conv2d.same(root.to("conv_in"), config.inChannels(), widths.get(0));
        timeFeatures = new TimeFeatures.Sines(widths.get(0), config.freqShift(), config.flipSinToCos());
        timeEmbedding = new TimeEmbedding(root.to("time_embedding"), widths.get(0), config.timeWidth());
        guidance = config.timeCondProjDim() == null
                ? null
                : Linear.withoutBias(root.to("time_embedding.cond_proj"), config.timeCondProjDim(), widths.get(0));
        labels = labels(config, root.to("class_embedding"), timeFeatures);
        added = config.additionEmbedType() == null ? null : new AddedEmbedding(root.to("add_embedding"), config);
        textProjection = config.encoderHidDim() == null
                ? null
                : new Linear(root.to("encoder_hid_proj"), config.encoderHidDim(), config.textWidth(0));
        for (int i = 0; i < levels; i++) {
            down.add(new TextDown(root.to("down_blocks." + i), config, make, i));
        }
        middle = config.midBlockType() == null
                ? null
                : new TextMiddle(root.to("mid_block"), config, make, config.midBlockType());
        for (int i = 0; i < levels; i++) {
            up.add(new TextUp(root.to("up_blocks." + i), config, make, i));
        }
        normOut = new GroupNorm(root.to("conv_norm_out"), widths.get(0), config.normNumGroups(), config.normEps());
        convOut = Conv2d.zero(root.to("conv_out"), widths.get(0), config.outChannels());
    }

    private static @Nullable ClassEmbedding labels(
            UNet2DConditionConfig config, Parameters.Path at, TimeFeatures features) {
        LabelKind kind = config.classEmbedType();
        if (kind == null) {
            return config.numClassEmbeds() == null
                    ? null
                    : ClassEmbedding.table(at, config.numClassEmbeds(), config.timeWidth());
        }
        return switch (kind) {
            case TIMESTEP -> {
                TimeEmbedding layers = new TimeEmbedding(at, features.width(), config.timeWidth());
                yield (labels, dtype) -> layers.apply(features.of(labels, dtype));
            }
            case IDENTITY -> (labels, dtype) -> labels.to(dtype);
            case PROJECTION -> {
                TimeEmbedding layers = new TimeEmbedding(at, config.labelWidth(), config.timeWidth());
                yield (labels, dtype) -> layers.apply(labels.to(dtype));
            }
            case SIMPLE_PROJECTION -> {
                Linear layer = new Linear(at, config.labelWidth(), config.timeWidth());
                yield (labels, dtype) -> layer.apply(labels.to(dtype));
            }
        };
    }

    /** What the network looks like. */
    public UNet2DConditionConfig config() {
        return config;
    }

    /**
     * {@inheritDoc}
     *
     * @param condition {@link #TEXT}, which every network needs, and where its configuration says so {@link Condition#CLASSES},
     *     {@link #POOLED_TEXT} with {@link #SIZES}, {@link #GUIDANCE}; {@link #TEXT_MASK} where not all of the text is seen
     * @throws IllegalArgumentException if the channels are not the network's, or something is missing or not wanted
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        Condition known = condition.only(TEXT, TEXT_MASK, Condition.CLASSES, POOLED_TEXT, SIZES, CHANNELS, GUIDANCE);
        Tensor more = known.get(CHANNELS);
        require(
                x.dim() == 4 && x.size(1) + (more == null ? 0 : more.size(1)) == config.inChannels(),
                "the network needs [batch, %s, height, width], was given %s%s",
                config.inChannels(),
                Arrays.toString(x.sizes().vec().get()),
                more == null ? "" : " and " + Arrays.toString(more.sizes().vec().get()));
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> output(more == null ? x : joined(x, more), timesteps, known));
        }
    }

    private static Tensor joined(Tensor x, Tensor more) {
        return torch.cat(new TensorVector(x, more.to(x.scalar_type())), 1);
    }

    private Tensor output(Tensor x, Tensor timesteps, Condition condition) {
        Tensor time = time(timesteps.expand(x.size(0)), condition);
        TextFeatures text = text(condition);
        Tensor centred = config.centerInputSample() ? x.mul(new Scalar(2)).sub(new Scalar(1)) : x;

        Deque<Tensor> kept = new ArrayDeque<>();
        Tensor h = convIn.apply(Layout.ofImage(centred.to(arithmetic())));
        kept.push(h);
        for (TextDown level : down) {
            h = level.apply(h, time, text, kept);
        }
        if (middle != null) {
            h = middle.apply(h, time, text);
        }
        for (TextUp level : up) {
            h = level.apply(h, time, text, kept);
        }
        return convOut.apply(torch.silu(normOut.apply(h))).to(dtype).contiguous();
    }

    private ScalarType arithmetic() {
        Precision precision = parameters.compute().arithmetic();
        return precision == Precision.FLOAT32 ? dtype : precision.dtype(); // float64 in tests
    }

    /** The embedded time, with all that is added to it: {@code [batch, timeWidth]}. */
    Tensor time(Tensor t, Condition condition) {
        Tensor features = timeFeatures.of(t, dtype);
        Tensor scale = wanted(guidance != null, condition, GUIDANCE);
        if (guidance != null && scale != null) {
            features = features.add(guidance.apply(scale.to(dtype)));
        }
        Tensor time = timeEmbedding.apply(features);
        Tensor label = wanted(labels != null, condition, Condition.CLASSES);
        if (labels != null && label != null) {
            time = time.add(labels.of(label, dtype));
        }
        Tensor pooled = wanted(added != null, condition, POOLED_TEXT);
        Tensor sizes = wanted(added != null, condition, SIZES);
        if (added != null && pooled != null && sizes != null) {
            time = time.add(added.of(pooled, sizes, dtype));
        }
        return time;
    }

    private TextFeatures text(Condition condition) {
        Tensor text = condition.get(TEXT);
        int width = config.conditionWidth();
        require(
                text != null && text.dim() == 3 && text.size(2) == width,
                "the network needs the features of a text, [batch, length, %s], was given %s",
                width,
                text == null ? "none" : Arrays.toString(text.sizes().vec().get()));
        Tensor states = text.to(arithmetic());
        Tensor mask = condition.get(TEXT_MASK);
        return new TextFeatures(
                textProjection == null ? states : textProjection.apply(states), mask == null ? null : unseen(mask));
    }

    private Tensor unseen(Tensor mask) {
        return mask.to(arithmetic())
                .mul(new Scalar(-1))
                .add(new Scalar(1))
                .mul(new Scalar(UNSEEN))
                .unsqueeze(1)
                .unsqueeze(1);
    }

    /** What the condition has of that name; it must have it if the network takes it, and must not if not. */
    private static @Nullable Tensor wanted(boolean takes, Condition condition, String name) {
        Tensor found = condition.get(name);
        require(takes || found == null, "the network takes no condition '%s'", name);
        require(!takes || found != null, "the network needs the condition '%s'", name);
        return found;
    }

    /** The part that embeds a text's features and sizes; null where the network takes none. */
    @Nullable
    AddedEmbedding added() {
        return added;
    }

    @Override
    public void train(long seed) {
        dropout.seed(seed);
    }

    @Override
    public void eval() {
        dropout.seed(null);
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
