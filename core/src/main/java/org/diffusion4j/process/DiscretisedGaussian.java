package org.diffusion4j.process;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The probability that a Gaussian gives to one of the 256 grey levels: its mass between the middles to the neighbouring levels, with
 * the first and the last bin open (DDPM, equation 13).
 *
 * <p>As in the authors' code the distribution function is approximated through tanh, and a probability is at least 1e-12. Computed in
 * float64: in float32 the difference of two values near 1 is gone long before.
 */
final class DiscretisedGaussian {

    private static final double HALF_BIN = 1.0 / 255;
    private static final double LAST_BIN = 0.999;
    private static final double LEAST = 1e-12;

    private DiscretisedGaussian() {}

    /**
     * The logarithm of the probability in nats, element by element.
     *
     * @param x grey levels scaled to [−1, 1]
     * @param logStd the logarithm of the standard deviation
     * @return float64, shaped as x
     */
    static Tensor logLikelihood(Tensor x, Tensor mean, Tensor logStd) {
        Tensor level = x.to(ScalarType.Double);
        Tensor centred = level.sub(mean);
        Tensor scale = logStd.to(ScalarType.Double).neg().exp();
        Tensor below = distribution(centred.sub(new Scalar(HALF_BIN)).mul(scale));
        Tensor upTo = distribution(centred.add(new Scalar(HALF_BIN)).mul(scale));
        Tensor first = level.lt(new Scalar(-LAST_BIN));
        Tensor last = level.gt(new Scalar(LAST_BIN));
        Tensor above = below.neg().add(new Scalar(1));
        return upTo.where(first, above.where(last, upTo.sub(below)))
                .clamp(new ScalarOptional(new Scalar(LEAST)), new ScalarOptional())
                .log();
    }

    /** The distribution function of N(0, 1), approximately: off by up to 2e-4 (Page 1977). */
    static Tensor distribution(Tensor x) {
        Tensor argument = x.add(x.pow(new Scalar(3)), new Scalar(0.044715)).mul(new Scalar(Math.sqrt(2 / Math.PI)));
        return argument.tanh().add(new Scalar(1)).div(new Scalar(2));
    }
}
