package org.diffusion4j.evaluate;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Euclidean distances of feature vectors. */
final class Distances {

    private Distances() {}

    /** |x|² + |y|² − 2·xᵀy of each row with each other, never below 0; float64, made in the caller's scope. */
    static Tensor squared(Tensor x, Tensor y) {
        return x.mm(y.t())
                .mul_(new Scalar(-2.0))
                .add_(norms(x).unsqueeze(1))
                .add_(norms(y))
                .clamp_min_(new Scalar(0.0));
    }

    private static Tensor norms(Tensor x) {
        return x.mul(x).sum(1);
    }
}
