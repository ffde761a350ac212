package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;

/**
 * A denoiser whose x0 is clipped per sample to a quantile of its own |x0| and then divided by it: dynamic thresholding.
 *
 * <p>Saharia et al., "Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding" (Imagen), section 2.3. The
 * threshold lies in [minValue, maxValue]: [1, ∞) in the paper, [1, maxValue] in diffusers, [minValue, ∞) in DPM-Solver's code.
 *
 * @param ratio the quantile, in (0, 1]; 0.995 in use
 * @param minValue the smallest threshold, above 0
 * @param maxValue the largest threshold
 * @param eps what becomes of the noise; DDPM's sampler does not ask for it
 */
public record Thresholded(Denoiser model, double ratio, double minValue, double maxValue, EpsAfterClipping eps)
        implements Denoiser {

    public Thresholded {
        require(ratio > 0 && ratio <= 1, "the ratio of thresholding must lie in (0, 1], was %s", ratio);
        require(minValue > 0, "the smallest threshold must be positive, was %s", minValue);
        require(maxValue >= minValue, "the largest threshold must be at least %s, was %s", minValue, maxValue);
    }

    /** With the smallest threshold 1. */
    public Thresholded(Denoiser model, double ratio, double maxValue, EpsAfterClipping eps) {
        this(model, ratio, 1, maxValue, eps);
    }

    @Override
    public DiffusionProcess process() {
        return model.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        Denoised found = model.at(x, t);
        Tensor threshold = threshold(found.x0());
        Tensor x0 = found.x0()
                .clamp(new TensorOptional(threshold.neg()), new TensorOptional(threshold))
                .div(threshold);
        return eps.of(found, x0, x, process(), t);
    }

    /** {@code [batch, 1, …]}. */
    private Tensor threshold(Tensor x0) {
        long[] perSample = new long[(int) x0.dim()];
        Arrays.fill(perSample, 1);
        perSample[0] = x0.size(0);
        return x0.abs()
                .flatten(1, -1)
                .quantile(ratio, new LongOptional(1), false, "linear")
                .clamp(new ScalarOptional(new Scalar(minValue)), new ScalarOptional(new Scalar(maxValue)))
                .view(perSample);
    }
}
