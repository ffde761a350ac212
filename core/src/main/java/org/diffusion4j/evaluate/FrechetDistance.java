package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The Fréchet distance of two Gaussians: of features, the FID.
 *
 * <p>Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
 * Equilibrium", NeurIPS 2017, equation 6. The trace of (Σ₁Σ₂)^{1/2} is taken as that of the symmetric (Σ₁^{1/2} Σ₂ Σ₁^{1/2})^{1/2}, which
 * has the same eigenvalues: symmetric eigenvalue problems only, so singular covariances need no care and nothing becomes complex. The
 * authors' code takes the root of the product, which is not symmetric, and adds 1e-6 to the diagonals where that fails.
 */
public final class FrechetDistance {

    private FrechetDistance() {}

    /** {@code |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^{1/2})}; lower is better. It grows as samples become fewer: compare equal numbers only. */
    public static double of(FeatureMoments a, FeatureMoments b) {
        require(a.dims() == b.dims(), "features of %s and %s dimensions have no distance", a.dims(), b.dims());
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor sigma1 = a.covariance();
            Tensor sigma2 = b.covariance();
            Tensor apart = a.mean().sub(b.mean());
            Tensor root = root(sigma1);
            double cross = rootsSum(root.mm(sigma2).mm(root));
            double distance = apart.dot(apart).item_double()
                    + sigma1.trace().item_double()
                    + sigma2.trace().item_double()
                    - 2 * cross;
            return Math.max(0, distance); // below 0 by rounding only
        }
    }

    /** The symmetric root of a covariance. */
    private static Tensor root(Tensor covariance) {
        T_TensorTensor_T eigen = torch.linalg_eigh(covariance);
        Tensor values = eigen.get0().clamp_min_(new Scalar(0.0)).sqrt_();
        Tensor vectors = eigen.get1();
        return vectors.mul(values).mm(vectors.t());
    }

    private static double rootsSum(Tensor almostSymmetric) {
        Tensor symmetric = almostSymmetric.add(almostSymmetric.t()).div_(new Scalar(2.0));
        return torch.linalg_eigvalsh(symmetric)
                .clamp_min_(new Scalar(0.0))
                .sqrt_()
                .sum()
                .item_double();
    }
}
