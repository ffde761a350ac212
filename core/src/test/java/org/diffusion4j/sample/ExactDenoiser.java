package org.diffusion4j.sample;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;

/**
 * The exact denoiser of one-dimensional "data" ½N(−m, s²) + ½N(m, s²): the posterior mean of x0, element by element.
 *
 * <p>With z = x/alpha and r = sigma/alpha, and v = s² + r²: {@code (s²·z + r²·m·tanh(m·z/v)) / v}.
 */
public record ExactDenoiser(DiffusionProcess process, double m, double s) implements Denoiser {

    @Override
    public Denoised at(Tensor x, double t) {
        double alpha = process.alpha(t);
        double sigma = process.sigma(t);
        double noise = sigma * sigma / (alpha * alpha);
        double v = s * s + noise;
        Tensor z = x.div(new Scalar(alpha));
        Tensor x0 = z.mul(new Scalar(s * s / v)).add(z.mul(new Scalar(m / v)).tanh(), new Scalar(noise * m / v));
        return Prediction.X0.interpret(x0, x, alpha, sigma);
    }
}
