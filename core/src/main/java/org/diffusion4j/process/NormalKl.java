package org.diffusion4j.process;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The divergence of two Gaussians with diagonal covariance, element by element. */
final class NormalKl {

    private NormalKl() {}

    /** KL(N(mean1, e^logVariance1) ‖ N(mean2, e^logVariance2)) in nats; 0 where they are equal. */
    static Tensor of(Tensor mean1, Tensor logVariance1, Tensor mean2, Tensor logVariance2) {
        Tensor logRatio = logVariance2.sub(logVariance1);
        Tensor distance = mean1.sub(mean2).square().mul(logVariance2.neg().exp());
        return logRatio.add(logRatio.neg().exp())
                .sub(new Scalar(1))
                .add(distance)
                .div(new Scalar(2));
    }
}
