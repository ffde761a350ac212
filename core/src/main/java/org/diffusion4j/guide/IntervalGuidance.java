package org.diffusion4j.guide;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.GuidanceInterval;

/**
 * Guidance in an interval of noise levels only: outside of it the model is asked alone, so that what guides it costs nothing there.
 *
 * <p>Kynkäänniemi, Aittala, Karras, Laine, Aila, Lehtinen, "Applying Guidance in a Limited Interval Improves Sample and Distribution
 * Quality in Diffusion Models", NeurIPS 2024, equation 5: at high noise guidance costs variety, at low noise it is of no use.
 *
 * @param guided the model with guidance, such as {@link ClassifierFreeGuidance}
 * @param alone the model without, of the same process
 * @param interval of noise-to-signal ratios with guidance
 */
public record IntervalGuidance(Denoiser guided, Denoiser alone, GuidanceInterval interval) implements Denoiser {

    @Override
    public DiffusionProcess process() {
        return guided.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        return interval.contains(process().noiseToSignal(t)) ? guided.at(x, t) : alone.at(x, t);
    }
}
