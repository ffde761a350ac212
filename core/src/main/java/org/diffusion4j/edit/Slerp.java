package org.diffusion4j.edit;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;

/**
 * Spherical interpolation: between two draws of noise it stays as far from the origin as draws of noise are, where the straight line
 * comes too near.
 *
 * <p>Shoemake, "Animating Rotation with Quaternion Curves", 1985; DDIM, appendix D.5, equation 67.
 */
public final class Slerp {

    /** Below this sine of the angle the formula is 0/0; the chord is as good there. */
    private static final double STRAIGHT = 1e-6;

    private Slerp() {}

    /**
     * Points between the samples of two batches.
     *
     * @param from {@code [batch, ...]}, borrowed
     * @param to shaped like {@code from}, borrowed
     * @param shares of {@code to} in each sample: 0 is {@code from}, 1 is {@code to}
     * @return shaped like {@code from} and of its dtype, made in the caller's scope
     */
    public static Tensor between(Tensor from, Tensor to, double... shares) {
        require(
                shares.length == from.size(0) && from.size(0) == to.size(0),
                "each sample needs a share, there are %s and %s samples and %s shares",
                from.size(0),
                to.size(0),
                shares.length);
        return Scoped.result(() -> {
            Tensor a = from.flatten(1, -1).to(ScalarType.Double);
            Tensor b = to.flatten(1, -1).to(ScalarType.Double);
            Tensor cosine = a.mul(b).sum(1).div(norm(a).mul(norm(b)));
            Tensor angle = cosine.clamp(new ScalarOptional(new Scalar(-1)), new ScalarOptional(new Scalar(1)))
                    .acos();
            Tensor share = Tensors.of(shares).to(from.device(), ScalarType.Double);
            Tensor rest = share.neg().add(new Scalar(1));
            Tensor mixed = a.mul(weight(rest, angle)).add(b.mul(weight(share, angle)));
            return mixed.view_as(from).to(from.scalar_type());
        });
    }

    private static Tensor weight(Tensor share, Tensor angle) {
        Tensor sine = angle.sin();
        Tensor weight = share.where(
                sine.lt(new Scalar(STRAIGHT)), angle.mul(share).sin().div(sine));
        return weight.unsqueeze(1);
    }

    private static Tensor norm(Tensor rows) {
        return rows.square().sum(1).sqrt();
    }
}
