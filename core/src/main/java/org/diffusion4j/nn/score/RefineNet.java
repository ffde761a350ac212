package org.diffusion4j.nn.score;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.ImageInput;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.PictureNetwork;
import org.jspecify.annotations.Nullable;

/**
 * The score networks of NCSN and NCSNv2 under their authors' names: stages of residual blocks, the later ones with dilated convolutions
 * in the place of smaller images, and a RefineNet that joins them from the deepest on.
 *
 * <p>Song, Ermon, "Generative Modeling by Estimating Gradients of the Data Distribution", NeurIPS 2019, appendix A, and "Improved
 * Techniques for Training Score-Based Generative Models", NeurIPS 2020, appendix B. The number that it receives for the time is the
 * index of a noise level, the noisiest first, and its output is the score, or where the configuration says so eps.
 */
public final class RefineNet implements PictureNetwork {

    private static final int MOST_DILATION = 4;

    private final RefineNetConfig config;
    private final Parameters parameters = new Parameters("the model");
    private final ScalarType dtype;
    private final double[] sigmas;
    private final Conv2d begin;
    private final List<List<RefineNetStage>> stages = new ArrayList<>();
    private final List<RefineBlock> refine = new ArrayList<>();
    private final InstanceNormPlus norm;
    private final Conv2d end;

    /** A new network in float32. */
    public RefineNet(RefineNetConfig config, long seed) {
        this(config, seed, ScalarType.Float);
    }

    /** A new network of that dtype, float32 or float64. */
    public RefineNet(RefineNetConfig config, long seed, ScalarType dtype) {
        this.config = config;
        this.dtype = dtype;
        sigmas = config.levels().sigmas();
        RefineNetKind kind = config.kind();
        List<Integer> widths = kind.multipliers().stream()
                .map(multiple -> multiple * config.channels())
                .toList();
        int levels = kind.conditional() ? config.levels().count() : 0;
        RefineNetConfig.Nonlinearity act = config.nonlinearity();
        Parameters.Path root = parameters.root();

        begin = Conv2d.same(root.to("begin_conv"), config.imageChannels(), widths.get(0));
        int in = widths.get(0);
        for (int i = 0; i < widths.size(); i++) {
            Parameters.Path at = root.to("res" + (i + 1));
            int out = widths.get(i);
            int dilated = i - kind.halvings(); // stages after the last that halves the size
            int dilation = dilated <= 0 ? 1 : Math.min(2 * dilated, MOST_DILATION);
            RefineNetStage.Size size = i == 0
                    ? RefineNetStage.Size.KEPT
                    : dilated <= 0 ? RefineNetStage.Size.HALVED : RefineNetStage.Size.DILATED;
            stages.add(List.of(
                    new RefineNetStage(at.to("0"), in, out, size, dilation, levels, act),
                    new RefineNetStage(at.to("1"), out, out, RefineNetStage.Size.KEPT, dilation, levels, act)));
            in = out;
        }
        List<Integer> joined = List.of();
        for (int i = widths.size() - 1; i >= 0; i--) {
            List<Integer> inputs = new ArrayList<>(List.of(widths.get(i)));
            inputs.addAll(joined);
            int out = widths.get(Math.max(0, i - 1));
            refine.add(new RefineBlock(
                    root.to("refine" + (widths.size() - i)),
                    inputs,
                    out,
                    i == 0 ? 3 : 1,
                    kind.conditional(),
                    levels,
                    act));
            joined = List.of(out);
        }
        norm = new InstanceNormPlus(root.to("normalizer"), widths.get(0), levels);
        end = Conv2d.same(root.to("end_conv"), widths.get(0), config.imageChannels());
        parameters.allocate(seed, dtype);
    }

    @Override
    public RefineNetConfig config() {
        return config;
    }

    /**
     * The score of x_t's distribution, or eps, differentiable where gradients are enabled.
     *
     * @param x {@code [batch, imageChannels, height, width]} with even height and width (for the deeper kind, multiples of 4)
     * @param timesteps {@code [batch]}, indices of noise levels
     * @param condition {@link Condition#NONE}
     * @return {@code [batch, imageChannels, height, width]}, made in the caller's scope and owned by the caller
     * @throws IllegalArgumentException if x has another number of channels or such a size, or an index is none of a level
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        int least = 1 << config.kind().halvings();
        ImageInput.requireDivisible(x, config.imageChannels(), least);
        condition.only();
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> output(x, timesteps));
        }
    }

    private Tensor output(Tensor x, Tensor timesteps) {
        Tensor level = timesteps.expand(x.size(0)).to(ScalarType.Long);
        long smallest = level.min().item_long();
        long largest = level.max().item_long();
        require(
                smallest >= 0 && largest < sigmas.length,
                "noise levels have the indices 0 to %s, was %s",
                sigmas.length - 1,
                smallest < 0 ? smallest : largest);
        Tensor centred = config.centerInputSample() ? x.mul(new Scalar(2)).sub(new Scalar(1)) : x;
        Tensor h = begin.apply(Layout.ofImage(centred.to(dtype)));
        List<Tensor> found = new ArrayList<>();
        for (List<RefineNetStage> stage : stages) {
            for (RefineNetStage block : stage) {
                h = block.apply(h, level);
            }
            found.add(h);
        }
        @Nullable Tensor refined = null;
        for (RefineBlock block : refine) {
            Tensor own = found.remove(found.size() - 1);
            refined = block.apply(refined == null ? List.of(own) : List.of(own, refined), own, level);
        }
        Tensor normed = norm.apply(Objects.requireNonNull(refined), level);
        Tensor output = end.apply(config.nonlinearity().apply(normed));
        Tensor score = config.kind().dividesBySigma() ? output.div(sigma(level)) : output;
        return (config.predictsEps() ? score.mul(sigma(level)).neg() : score).contiguous();
    }

    private Tensor sigma(Tensor level) {
        return Tensors.of(sigmas)
                .to(level.device(), dtype)
                .index_select(0, level)
                .view(-1, 1, 1, 1);
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
