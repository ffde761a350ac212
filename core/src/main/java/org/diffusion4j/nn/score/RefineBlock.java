package org.diffusion4j.nn.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * Joins features of several depths: residual units over each, their sum at one size, a chain of pools, residual units over the result
 * (Lin et al., "RefineNet", CVPR 2017). In NCSN every convolution has a conditional norm before it and pools are means; in NCSNv2 there
 * are no norms and pools are maxima.
 */
final class RefineBlock {

    private static final int UNITS = 2; // over each input
    private static final int POOLS = 2;
    private static final long[] POOL = {5, 5};
    private static final long[] POOL_PADDING = {2, 2};
    private static final long[] ONE = {1, 1};

    private record Step(@Nullable InstanceNormPlus norm, Conv2d conv) {

        Tensor normed(Tensor x, Tensor level) {
            return norm == null ? x : norm.apply(x, level);
        }
    }

    private final List<List<List<Step>>> inputs = new ArrayList<>(); // inputs, units, convolutions
    private final List<Step> sums = new ArrayList<>();
    private final List<Step> pools = new ArrayList<>();
    private final List<List<Step>> output = new ArrayList<>();
    private final boolean means;
    private final RefineNetConfig.Nonlinearity act;

    /**
     * @param in the channels of each input
     * @param units of the output
     * @param means whether pools are means
     */
    RefineBlock(
            Parameters.Path at,
            List<Integer> in,
            int out,
            int units,
            boolean means,
            int levels,
            RefineNetConfig.Nonlinearity act) {
        this.means = means;
        this.act = act;
        for (int i = 0; i < in.size(); i++) {
            inputs.add(units(at.to("adapt_convs." + i), UNITS, in.get(i), levels));
            if (in.size() > 1) {
                sums.add(new Step(
                        norm(at.to("msf.norms." + i), in.get(i), levels),
                        Conv2d.same(at.to("msf.convs." + i), in.get(i), out)));
            }
        }
        for (int i = 0; i < POOLS; i++) {
            pools.add(new Step(
                    norm(at.to("crp.norms." + i), out, levels), Conv2d.withoutBias(at.to("crp.convs." + i), out, out)));
        }
        output.addAll(units(at.to("output_convs"), units, out, levels));
    }

    private static List<List<Step>> units(Parameters.Path at, int count, int channels, int levels) {
        List<List<Step>> units = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            List<Step> unit = new ArrayList<>();
            for (int j = 1; j <= 2; j++) {
                String name = i + "_" + j + "_";
                unit.add(new Step(
                        norm(at.to(name + "norm"), channels, levels),
                        Conv2d.withoutBias(at.to(name + "conv"), channels, channels)));
            }
            units.add(unit);
        }
        return units;
    }

    private static @Nullable InstanceNormPlus norm(Parameters.Path at, int channels, int levels) {
        return levels == 0 ? null : new InstanceNormPlus(at, channels, levels);
    }

    /** @param like has the size of the result */
    Tensor apply(List<Tensor> features, Tensor like, Tensor level) {
        return Scoped.result(() -> {
            List<Tensor> adapted = new ArrayList<>();
            for (int i = 0; i < features.size(); i++) {
                adapted.add(through(inputs.get(i), features.get(i), level));
            }
            Tensor h = sums.isEmpty() ? adapted.get(0) : sum(adapted, like, level);
            return through(output, pooled(h, level), level);
        });
    }

    private Tensor through(List<List<Step>> units, Tensor x, Tensor level) {
        Tensor h = x;
        for (List<Step> unit : units) {
            Tensor kept = h;
            for (Step step : unit) {
                h = step.conv.apply(act.apply(step.normed(h, level)));
            }
            h = h.add(kept);
        }
        return h;
    }

    private Tensor sum(List<Tensor> adapted, Tensor like, Tensor level) {
        long[] size = {like.size(2), like.size(3)};
        Tensor sum = null;
        for (int i = 0; i < adapted.size(); i++) {
            Step step = sums.get(i);
            Tensor own = torch.upsample_bilinear2d(step.conv.apply(step.normed(adapted.get(i), level)), size, true);
            sum = sum == null ? own : sum.add(own);
        }
        return Objects.requireNonNull(sum);
    }

    private Tensor pooled(Tensor x, Tensor level) {
        Tensor sum = act.apply(x);
        Tensor path = sum;
        for (Step step : pools) {
            path = step.conv.apply(pool(step.normed(path, level)));
            sum = path.add(sum);
        }
        return sum;
    }

    private Tensor pool(Tensor x) {
        return means
                ? torch.avg_pool2d(x, POOL, ONE, POOL_PADDING, false, true, new LongOptional())
                : torch.max_pool2d(x, POOL, ONE, POOL_PADDING, ONE, false);
    }
}
