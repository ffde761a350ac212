package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** A measure of likeness of two feature vectors. */
public sealed interface Kernel {

    /**
     * Of each row with each other.
     *
     * @param x float64 {@code [n, dims]}
     * @param y float64 {@code [m, dims]}
     * @return float64 {@code [n, m]}, made in the caller's scope
     */
    Tensor of(Tensor x, Tensor y);

    /**
     * {@code (gamma·xᵀy + offset)^degree}.
     *
     * @param gamma 0 for one over the number of dimensions
     */
    record Polynomial(int degree, double gamma, double offset) implements Kernel {

        public Polynomial {
            require(degree >= 1, "a polynomial kernel needs a degree of at least 1, was %s", degree);
            require(gamma >= 0, "gamma must be at least 0, was %s", gamma);
        }

        /** {@code (xᵀy/dims + 1)³} (Bińkowski et al. 2018, section 4). */
        public static Polynomial cubic() {
            return new Polynomial(3, 0, 1);
        }

        @Override
        public Tensor of(Tensor x, Tensor y) {
            double factor = gamma == 0 ? 1.0 / x.size(1) : gamma;
            return x.mm(y.t()).mul_(new Scalar(factor)).add_(new Scalar(offset)).pow_(new Scalar(degree));
        }
    }

    /** {@code exp(−|x − y|²/(2·width²))}. */
    record Gaussian(double width) implements Kernel {

        public Gaussian {
            require(width > 0, "a Gaussian kernel needs a width above 0, was %s", width);
        }

        @Override
        public Tensor of(Tensor x, Tensor y) {
            return Distances.squared(x, y).div_(new Scalar(-2 * width * width)).exp_();
        }
    }
}
