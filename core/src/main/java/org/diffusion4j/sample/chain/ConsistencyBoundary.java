package org.diffusion4j.sample.chain;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;

/**
 * A denoiser whose x0 goes over into x where there is no noise: {@code c_skip·x + c_out·x0}, as latent consistency models were trained.
 *
 * <p>Luo et al., "Latent Consistency Models", 2023, equation 9; c_skip and c_out by diffusers, of {@code u = scaling·t/0.5}.
 *
 * @param scaling of the timestep
 */
public record ConsistencyBoundary(Denoiser model, double scaling) implements Denoiser {

    private static final double SIGMA_DATA = 0.5;

    @Override
    public DiffusionProcess process() {
        return model.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        Denoised found = model.at(x, t);
        double u = scaling * process().networkTime(t) / SIGMA_DATA;
        double skip = 1 / (1 + u * u);
        double out = u / Math.sqrt(1 + u * u);
        Tensor x0 = found.x0().mul(new Scalar(out)).add(x, new Scalar(skip));
        return new Denoised(x0, found.eps(), found.logVariance());
    }
}
