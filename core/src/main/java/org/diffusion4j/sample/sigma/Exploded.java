package org.diffusion4j.sample.sigma;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.ExplodingView;
import org.diffusion4j.sample.Denoiser;

/** A denoiser asked about x/alpha instead of x: it lives in the {@link ExplodingView} of its process. */
public record Exploded(Denoiser model) implements Denoiser {

    @Override
    public DiffusionProcess process() {
        return new ExplodingView(model.process());
    }

    @Override
    public Denoised at(Tensor x, double t) {
        return model.at(x.mul(new Scalar(model.process().alpha(t))), t);
    }
}
