package org.diffusion4j.guide;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;

/**
 * Guidance in an interval of noise levels only: outside of it the model is asked alone, so that what guides it costs nothing there.
 *
 * <p>Kynkäänniemi, Aittala, Karras, Laine, Aila, Lehtinen, "Applying Guidance in a Limited Interval Improves Sample and Distribution
 * Quality in Diffusion Models", NeurIPS 2024, equation 5: at high noise guidance costs variety, at low noise it is of no use.
 *
 * @param guided the model with guidance, such as {@link ClassifierFreeGuidance}
 * @param alone the model without, of the same process
 * @param low the smallest noise-to-signal ratio with guidance
 * @param high the largest, above {@code low}
 */
public record IntervalGuidance(Denoiser guided, Denoiser alone, double low, double high) implements Denoiser {

    public IntervalGuidance {
        require(
                low >= 0 && high > low,
                "the interval of guidance must be LOW,HIGH with 0 <= LOW < HIGH, was %s,%s",
                low,
                high);
    }

    @Override
    public DiffusionProcess process() {
        return guided.process();
    }

    @Override
    public Denoised at(Tensor x, double t) {
        double ratio = process().noiseToSignal(t);
        return low <= ratio && ratio <= high ? guided.at(x, t) : alone.at(x, t);
    }
}
