package org.diffusion4j.nn;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Parameters.Parameter;

/**
 * Wu, He, "Group Normalization", ECCV 2018; {@code weight} and {@code bias} by channel.
 *
 * <p>libtorch's kernel for channels-last images works on a group's channels as one vector and falls back to single numbers where
 * they do not fill it; then it is ten times slower than its kernel for channels-first images with both conversions.
 */
public final class GroupNorm {

    private static final int VECTOR = 8; // float32 in AVX2

    private final Parameter weight;
    private final Parameter bias;
    private final int groups;
    private final boolean narrow;
    private final double eps;

    public GroupNorm(Parameters.Path at, int channels, int groups, double eps) {
        require(
                groups > 0 && channels % groups == 0,
                "%s: %s channels do not divide into %s groups; the nearest numbers of groups are %s",
                at,
                channels,
                groups,
                Divisors.nearest(channels, groups));
        weight = at.add("weight", Initialiser.ONES, channels);
        bias = at.add("bias", Initialiser.ZEROS, channels);
        this.groups = groups;
        narrow = channels / groups < VECTOR;
        this.eps = eps;
    }

    public Tensor apply(Tensor x) {
        return narrow ? Layout.ofImage(norm(x.contiguous())) : norm(x);
    }

    private Tensor norm(Tensor x) {
        Tensor input =
                x.is_cpu() ? x : x.to(weight.value().scalar_type()); // only the processor's kernel takes both dtypes
        return torch.group_norm(
                input, groups, new TensorOptional(weight.value()), new TensorOptional(bias.value()), eps, false);
    }
}
