package org.diffusion4j.nn.score;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Instance norm that keeps, weighted by a learned alpha, how the mean of a channel differs from those of the others (Song, Ermon,
 * "Generative Modeling by Estimating Gradients of the Data Distribution", NeurIPS 2019, appendix A). The conditional kind has a row of
 * gamma, alpha and beta for each noise level. The variance of the channels' means has the divisor channels − 1, as in the authors' code.
 */
final class InstanceNormPlus {

    private static final double EPS = 1e-5;

    private final int channels;
    private final @Nullable Parameter rows;
    private final List<Parameter> fixed; // gamma, alpha, beta

    /** @param levels of which each has parameters of its own; 0 for one set for all */
    InstanceNormPlus(Parameters.Path at, int channels, int levels) {
        this.channels = channels;
        if (levels > 0) {
            rows = at.to("embed").add("weight", new Initialiser.Normal(0.02), levels, 3L * channels);
            fixed = List.of();
        } else {
            rows = null;
            fixed = List.of(
                    at.add("gamma", Initialiser.ONES, channels),
                    at.add("alpha", Initialiser.ONES, channels),
                    at.add("beta", Initialiser.ZEROS, channels));
        }
    }

    /** @param level int64 {@code [batch]} */
    Tensor apply(Tensor x, Tensor level) {
        Tensor means = x.mean(2, 3);
        Tensor apart = means.sub(means.mean(new long[] {1}, true, new ScalarTypeOptional()))
                .div(means.var(new long[] {1}, true, true).add(new Scalar(EPS)).sqrt());
        Tensor normed = torch.instance_norm(
                x,
                new TensorOptional(),
                new TensorOptional(),
                new TensorOptional(),
                new TensorOptional(),
                true,
                0.1,
                EPS,
                false);
        Tensor sum = normed.add(column(apart.mul(part(level, 1))));
        return sum.mul(column(part(level, 0))).add(column(part(level, 2)));
    }

    /** {@code [batch or 1, channels]}: gamma (0), alpha (1) or beta (2). */
    private Tensor part(Tensor level, int i) {
        return rows == null
                ? fixed.get(i).value().unsqueeze(0)
                : torch.embedding(rows.value(), level).narrow(1, (long) i * channels, channels);
    }

    private static Tensor column(Tensor values) {
        return values.unsqueeze(-1).unsqueeze(-1);
    }
}
