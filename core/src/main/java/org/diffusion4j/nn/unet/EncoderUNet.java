package org.diffusion4j.nn.unet;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Block;
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
import org.jspecify.annotations.Nullable;

/**
 * The downward half of ADM's U-Net with one answer for each picture: a classifier of noisy pictures.
 *
 * <p>Dhariwal, Nichol, "Diffusion Models Beat GANs on Image Synthesis", NeurIPS 2021, section 4 and appendix H; guided-diffusion's
 * {@code EncoderUNetModel}, whose weights are read through {@link OpenAiNames#ofEncoder}. New weights are PyTorch's defaults, but zero
 * in the last convolution of each residual block and in the last layer, so that a new classifier prefers no class.
 */
public final class EncoderUNet implements Network {

    private static final int HIDDEN = 2048;
    private static final int GROUPS = 32;
    private static final double EPS = 1e-5;

    private final OpenAiUNetConfig config;
    private final Parameters parameters = new Parameters("the classifier");
    private final ScalarType dtype;
    private final Dropout dropout;
    private final TimeFeatures timeFeatures;
    private final TimeEmbedding timeEmbedding;
    private final Conv2d convIn;
    private final List<DownLevel> down = new ArrayList<>();
    private final Block middle;
    private final Head head;

    /** Of the last features, and of the features of every depth, the answers {@code [batch, outChannels]}. */
    @FunctionalInterface
    private interface Head {
        Tensor of(Tensor last, List<Tensor> all);
    }

    /** A new network in float32. */
    public EncoderUNet(OpenAiUNetConfig config, EncoderPool pool, long seed) {
        this(config, pool, seed, ScalarType.Float);
    }

    /**
     * A new network of that dtype, float32 or float64.
     *
     * @param config of which {@code outChannels} are the answers
     * @throws IllegalArgumentException if the pool is {@code attention} and the config lacks the size of pictures or the width of heads
     */
    public EncoderUNet(OpenAiUNetConfig config, EncoderPool pool, long seed, ScalarType dtype) {
        this.config = config;
        this.dtype = dtype;
        require(config.numClasses() == null, "a classifier receives no classes; omit num_classes");
        UNet2DConfig halves = config.toUNet2D();
        dropout = new Dropout(config.dropout());
        UNet2DLayers make = new UNet2DLayers(halves, dropout);
        Parameters.Path root = parameters.root();
        List<Integer> widths = halves.blockOutChannels();
        int levels = widths.size();
        int last = widths.get(levels - 1);

        timeFeatures = new TimeFeatures.Sines(widths.get(0), 0, true);
        timeEmbedding = new TimeEmbedding(root.to("time_embedding"), timeFeatures.width(), halves.timeWidth());
        convIn = Conv2d.same(root.to("conv_in"), config.inChannels(), widths.get(0));
        int all = widths.get(0) + last;
        for (int i = 0; i < levels; i++) {
            int in = widths.get(Math.max(i - 1, 0));
            down.add(new DownLevel(root.to("down_blocks." + i), halves, make, i, in, widths.get(i)));
            all += widths.get(i) * (config.numResBlocks() + (i < levels - 1 ? 1 : 0));
        }
        middle = make.middle(root.to("mid_block"), last);
        Parameters.Path out = root.to("out");
        head = switch (pool) {
            case ADAPTIVE -> adaptive(out, last);
            case ATTENTION -> attention(out, last);
            case SPATIAL -> spatial(out, all, null);
            case SPATIAL_V2 -> spatial(out, all, new GroupNorm(out.to("1"), HIDDEN, GROUPS, EPS));
        };
        parameters.allocate(seed, dtype);
    }

    private Head adaptive(Parameters.Path out, int width) {
        GroupNorm norm = new GroupNorm(out.to("0"), width, GROUPS, EPS);
        Conv2d answer = Conv2d.zeroPointwise(out.to("3"), width, config.outChannels());
        return (last, all) -> answer.apply(
                        torch.silu(norm.apply(last)).mean(2, 3).unsqueeze(-1).unsqueeze(-1))
                .flatten(1, 3);
    }

    private Head attention(Parameters.Path out, int width) {
        require(
                config.imageSize() != null && config.numHeadChannels() > 0,
                "the pool 'attention' needs image_size and num_head_channels; set both, or take the pool 'adaptive'");
        int side = Objects.requireNonNull(config.imageSize())
                >> (config.channelMult().size() - 1);
        GroupNorm norm = new GroupNorm(out.to("0"), width, GROUPS, EPS);
        AttentionPool pool =
                new AttentionPool(out.to("2"), side * side, width, config.numHeadChannels(), config.outChannels());
        return (last, all) -> pool.of(torch.silu(norm.apply(last)));
    }

    private Head spatial(Parameters.Path out, int width, @Nullable GroupNorm norm) {
        Linear hidden = new Linear(out.to("0"), width, HIDDEN);
        Linear answer = new Linear(out.to(norm == null ? "2" : "3"), HIDDEN, config.outChannels());
        return (last, all) -> {
            TensorVector means = new TensorVector();
            all.forEach(features -> means.push_back(features.mean(2, 3)));
            Tensor h = hidden.apply(torch.cat(means, 1));
            return answer.apply(norm == null ? torch.relu(h) : torch.silu(norm.apply(h)));
        };
    }

    /** What the network looks like. */
    public OpenAiUNetConfig config() {
        return config;
    }

    /**
     * What it says of noisy pictures, differentiable where gradients are enabled.
     *
     * @param x {@code [batch, inChannels, height, width]}
     * @param timesteps {@code [batch]}
     * @param condition {@link Condition#NONE}
     * @return {@code [batch, outChannels]}, the logits of a classifier, made in the caller's scope and owned by the caller
     * @throws IllegalArgumentException if x has other channels or another size than the network's, or there is a condition
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        Integer size = config.imageSize();
        long least = 1L << (config.channelMult().size() - 1);
        require(
                x.dim() == 4
                        && x.size(1) == config.inChannels()
                        && (size == null
                                ? x.size(2) % least == 0 && x.size(3) % least == 0
                                : x.size(2) == size && x.size(3) == size),
                "the classifier needs [batch, %s, %s], was given %s",
                config.inChannels(),
                size == null ? "height, width] with sizes that " + least + " divides" : size + ", " + size,
                Arrays.toString(x.sizes().vec().get()));
        condition.only();
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> output(x, timesteps));
        }
    }

    private Tensor output(Tensor x, Tensor timesteps) {
        Tensor time = timeEmbedding.apply(timeFeatures.of(timesteps.expand(x.size(0)), dtype));
        Tensor image = Layout.ofImage(x.to(dtype));
        Deque<Tensor> kept = new ArrayDeque<>();
        Tensor h = convIn.apply(image);
        kept.push(h);
        for (DownLevel level : down) {
            h = level.forward(h, time, image, kept);
        }
        h = middle.apply(h, time);
        kept.push(h);
        List<Tensor> all = new ArrayList<>();
        kept.descendingIterator().forEachRemaining(all::add); // the first is the largest
        return head.of(h, all);
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
