package org.diffusion4j.nn;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Parameters.Parameter;

/** Wu, He, "Group Normalization", ECCV 2018; {@code weight} and {@code bias} by channel. */
final class GroupNorm {

    private final Parameter weight;
    private final Parameter bias;
    private final int groups;
    private final double eps;

    GroupNorm(Parameters.Path at, int channels, int groups, double eps) {
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
        this.eps = eps;
    }

    Tensor apply(Tensor x) {
        return torch.group_norm(
                x, groups, new TensorOptional(weight.value()), new TensorOptional(bias.value()), eps, false);
    }
}
