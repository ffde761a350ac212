package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.diffusers.X0Limit;
import org.diffusion4j.guide.ClassifierFreeGuidance;
import org.diffusion4j.guide.IntervalGuidance;
import org.diffusion4j.guide.JointGuidance;
import org.diffusion4j.guide.Rescale;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.GuidanceInterval;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/**
 * How a model is guided, and what samplers ask then.
 *
 * @param scale 1 for no guidance
 * @param rescale as in {@link SampleSettings}
 * @param interval as in {@link SampleSettings}
 * @param guide a worse model in the place of the one without labels, borrowed; or null
 */
record Guiding(
        double scale,
        double rescale,
        @Nullable GuidanceInterval interval,
        @Nullable DiffusionModel guide) {

    static Guiding of(double scale) {
        return new Guiding(scale, 0, null, null);
    }

    static Guiding of(SampleSettings settings) {
        return new Guiding(settings.guidance(), settings.rescale(), settings.guidanceInterval(), null);
    }

    Guiding by(DiffusionModel worse) {
        return new Guiding(scale, rescale, interval, worse);
    }

    /** The model with its x0 limited. */
    Denoiser denoiser(DiffusionModel model, @Nullable Tensor labels, DiffusionProcess process, X0Limit limits) {
        Denoiser alone = limits.of(model.unlimited(labels, process), EpsAfterClipping.KEPT);
        return scale == 1 ? alone : guided(model, labels, process, limits, alone);
    }

    private Denoiser guided(
            DiffusionModel model, @Nullable Tensor labels, DiffusionProcess process, X0Limit limits, Denoiser alone) {
        // were eps kept, guidance would push the noise of saturated pixels away from the class, and their x0 could not
        // follow
        Denoiser guided = limits.of(unlimited(model, labels, process), EpsAfterClipping.RECOMPUTED);
        return interval == null ? guided : new IntervalGuidance(guided, alone, interval);
    }

    private Denoiser unlimited(DiffusionModel model, @Nullable Tensor labels, DiffusionProcess process) {
        OutputMeaning meaning = model.scheduler().meaning();
        Rescale how = new Rescale(rescale, meaning.prediction());
        Denoiser conditional = model.unlimited(labels, process);
        if (guide != null) {
            return new ClassifierFreeGuidance(conditional, guide.unlimited(labels, process), scale, how);
        }
        require(
                labels != null && model.knowsNoLabel(),
                "guidance %s is for a model that was trained with and without labels, as train.conditionDropout does",
                scale);
        Tensor noLabel = torch.full_like(labels, new Scalar(model.classes()));
        if (labels.size(0) <= JointGuidance.MOST
                && model.compute().isLow()) { // in float32 a larger batch has other last bits
            Condition both = Condition.join(Condition.ofClasses(labels), Condition.ofClasses(noLabel));
            return new JointGuidance(new NetworkDenoiser(model.counted(), process, meaning, both), scale, how);
        }
        return new ClassifierFreeGuidance(conditional, model.unlimited(noLabel, process), scale, how);
    }
}
