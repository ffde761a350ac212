package org.diffusion4j.nn.unet;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.ImageInput;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.PictureNetwork;
import org.diffusion4j.nn.TimeEmbedding;
import org.diffusion4j.nn.TimeFeatures;
import org.jspecify.annotations.Nullable;

/**
 * The U-Net of DDPM, IDDPM and ADM, whose configuration and parameters are those of diffusers' {@code UNet2DModel}.
 *
 * <p>Ho, Jain, Abbeel 2020, appendix B; Dhariwal, Nichol 2021, section 3. Features go down through levels of half the size each,
 * through the middle, and up again, where each residual block also sees what was kept at its size on the way down. The time, and
 * with it the class, enters every residual block. New weights are PyTorch's defaults, but zero in the last convolution of each
 * residual block, in the output of attention and in the last convolution, as in DDPM: a new network answers zero.
 */
public final class UNet2D implements PictureNetwork {

    private final UNet2DConfig config;
    private final Parameters parameters = new Parameters("the model");
    private final ScalarType dtype;
    private final Dropout dropout;

    private final TimeFeatures timeFeatures;
    private final TimeEmbedding timeEmbedding;
    private final @Nullable ClassEmbedding classEmbedding;
    private final Conv2d convIn;
    private final List<DownLevel> down = new ArrayList<>();
    private final @Nullable Block middle;
    private final List<UpLevel> up = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;

    /** A new network in float32. */
    public UNet2D(UNet2DConfig config, long seed) {
        this(config, seed, ScalarType.Float);
    }

    /** A new network of that dtype, float32 or float64. */
    public UNet2D(UNet2DConfig config, long seed, ScalarType dtype) {
        this.config = config;
        this.dtype = dtype;
        dropout = new Dropout(config.dropout());
        Parameters.Path root = parameters.root();
        List<Integer> widths = config.blockOutChannels();
        int levels = widths.size();
        UNet2DLayers make = new UNet2DLayers(config, dropout);

        convIn = Conv2d.same(root.to("conv_in"), config.inChannels(), widths.get(0));
        timeFeatures = timeFeatures(config, root.to("time_proj"));
        timeEmbedding = new TimeEmbedding(root.to("time_embedding"), timeFeatures.width(), config.timeWidth());
        classEmbedding = ClassEmbedding.of(config, root.to("class_embedding"), timeFeatures);
        for (int i = 0; i < levels; i++) {
            int in = widths.get(Math.max(i - 1, 0));
            down.add(new DownLevel(root.to("down_blocks." + i), config, make, i, in, widths.get(i)));
        }
        middle = config.midBlockType() == null ? null : make.middle(root.to("mid_block"), widths.get(levels - 1));
        for (int i = 0; i < levels; i++) {
            int level = levels - 1 - i;
            int below = widths.get(Math.min(level + 1, levels - 1));
            int above = widths.get(Math.max(level - 1, 0));
            up.add(new UpLevel(root.to("up_blocks." + i), config, make, i, below, widths.get(level), above));
        }
        normOut = new GroupNorm(root.to("conv_norm_out"), widths.get(0), make.groups(widths.get(0)), config.normEps());
        convOut = Conv2d.zero(root.to("conv_out"), widths.get(0), config.outChannels());
        parameters.allocate(seed, dtype);
    }

    @Override
    public UNet2DConfig config() {
        return config;
    }

    /**
     * {@inheritDoc}
     *
     * @param condition {@link Condition#CLASSES}: int64 {@code [batch]} of class indices; with {@code class_embed_type} {@code timestep} any numbers, with
     *     {@code identity} embeddings {@code [batch, timeWidth]}
     * @throws IllegalArgumentException if the channels are not the network's, the size does not divide as its levels need, or
     *     labels are missing, not wanted or out of range
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        ImageInput.requireChannels(x, config.inChannels());
        config.requireSize(x.size(2), x.size(3));
        try (CloseGuard.Use use = parameters.use()) {
            Tensor labels = condition.only(Condition.CLASSES).get(Condition.CLASSES);
            return Scoped.result(() -> output(x, timesteps, labels));
        }
    }

    private Tensor output(Tensor x, Tensor timesteps, @Nullable Tensor labels) {
        Tensor t = timesteps.expand(x.size(0));
        Tensor time = time(t, labels);
        Tensor centred = config.centerInputSample() ? x.mul(new Scalar(2)).sub(new Scalar(1)) : x;
        Tensor image = Layout.ofImage(centred.to(arithmetic()));

        Deque<Tensor> kept = new ArrayDeque<>();
        Tensor h = convIn.apply(image);
        kept.push(h);
        for (DownLevel level : down) {
            image = level.image(image);
            h = level.forward(h, time, image, kept);
        }
        if (middle != null) {
            h = middle.apply(h, time);
        }
        Tensor drawn = null;
        for (UpLevel level : up) {
            h = level.features(h, time, kept);
            drawn = level.image(h, drawn);
            h = level.grown(h, time);
        }
        Tensor output = convOut.apply(torch.silu(normOut.apply(h)));
        if (drawn != null) {
            output = output.add(drawn);
        }
        if (timeFeatures instanceof TimeFeatures.Fourier) {
            output = output.div(t.to(dtype).view(-1, 1, 1, 1));
        }
        return output.to(dtype).contiguous();
    }

    private ScalarType arithmetic() {
        Precision precision = parameters.compute().arithmetic();
        return precision == Precision.FLOAT32 ? dtype : precision.dtype(); // float64 in tests
    }

    private Tensor time(Tensor t, @Nullable Tensor labels) {
        Tensor time = timeEmbedding.apply(timeFeatures.of(t, dtype));
        if (classEmbedding == null) {
            require(labels == null, "the network has no classes, but labels were given");
            return time;
        }
        require(labels != null, "the network is conditional: it needs a label for each sample");
        return time.add(classEmbedding.of(labels, dtype));
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

    private static TimeFeatures timeFeatures(UNet2DConfig config, Parameters.Path at) {
        int channels = config.blockOutChannels().get(0);
        return switch (config.timeEmbeddingType()) {
            case POSITIONAL -> new TimeFeatures.Sines(channels, config.freqShift(), config.flipSinToCos());
            case FOURIER -> new TimeFeatures.Fourier(at, channels);
            case LEARNED -> new TimeFeatures.Table(at, Objects.requireNonNull(config.numTrainTimesteps()), channels);
        };
    }
}
