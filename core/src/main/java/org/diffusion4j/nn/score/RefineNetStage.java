package org.diffusion4j.nn.score;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.Resampling;
import org.jspecify.annotations.Nullable;

/** A residual block of a {@link RefineNet}: norm, nonlinearity, convolution, twice. */
final class RefineNetStage {

    /** What becomes of the size. */
    enum Size {
        KEPT,
        /** The second convolution and the shortcut are followed by the mean of 2×2. */
        HALVED,
        /** It is kept, the first stage of its dilation: the shortcut is a dilated convolution. */
        DILATED
    }

    private final Size size;
    private final RefineNetConfig.Nonlinearity act;
    private final InstanceNormPlus norm1;
    private final Conv2d conv1;
    private final InstanceNormPlus norm2;
    private final Conv2d conv2;
    private final @Nullable Conv2d shortcut;

    RefineNetStage(
            Parameters.Path at,
            int in,
            int out,
            Size size,
            int dilation,
            int levels,
            RefineNetConfig.Nonlinearity act) {
        this.size = size;
        this.act = act;
        norm1 = new InstanceNormPlus(at.to("normalize1"), in, levels);
        norm2 = new InstanceNormPlus(at.to("normalize2"), size == Size.KEPT ? out : in, levels);
        conv1 = Conv2d.dilated(at.to("conv1"), in, size == Size.KEPT ? out : in, dilation);
        boolean halves = size == Size.HALVED;
        conv2 = Conv2d.dilated(
                halves ? at.to("conv2").to("conv") : at.to("conv2"), size == Size.KEPT ? out : in, out, dilation);
        shortcut = size == Size.KEPT
                ? null
                : halves
                        ? Conv2d.pointwise(at.to("shortcut").to("conv"), in, out)
                        : Conv2d.dilated(at.to("shortcut"), in, out, dilation);
    }

    Tensor apply(Tensor x, Tensor level) {
        return Scoped.result(() -> {
            Tensor h = conv1.apply(act.apply(norm1.apply(x, level)));
            h = conv2.apply(act.apply(norm2.apply(h, level)));
            Tensor kept = shortcut == null ? x : shortcut.apply(x);
            return size == Size.HALVED
                    ? Resampling.AVERAGE_DOWN.apply(kept).add(Resampling.AVERAGE_DOWN.apply(h))
                    : kept.add(h);
        });
    }
}
