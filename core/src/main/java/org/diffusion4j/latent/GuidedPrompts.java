package org.diffusion4j.latent;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.guide.ClassifierFreeGuidance;
import org.diffusion4j.guide.IntervalGuidance;
import org.diffusion4j.guide.JointGuidance;
import org.diffusion4j.guide.Rescale;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EpsAfterClipping;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/**
 * A network with the prompts of a batch, and how they guide it.
 *
 * @param positive what the network receives for the prompts
 * @param negative for the negative prompts; null where there is no guidance
 */
record GuidedPrompts(
        UNet2DCondition network,
        Condition positive,
        @Nullable Condition negative,
        SampleSettings settings) {

    /**
     * Of features of prompts.
     *
     * @param negative null where there is no guidance
     * @param sizes what SDXL receives for both; null for others
     */
    static GuidedPrompts of(
            UNet2DCondition network,
            PromptFeatures positive,
            @Nullable PromptFeatures negative,
            SampleSettings settings,
            @Nullable Sizes sizes) {
        return new GuidedPrompts(
                network,
                condition(positive, sizes == null ? null : sizes.positive),
                negative == null ? null : condition(negative, sizes == null ? null : sizes.negative),
                settings);
    }

    /** The sizes of SDXL, {@code [batch, 6]}. */
    record Sizes(Tensor positive, Tensor negative) {}

    private static Condition condition(PromptFeatures features, @Nullable Tensor sizes) {
        Condition condition = Condition.of(UNet2DCondition.TEXT, features.states());
        if (features.pooled() != null && sizes != null) {
            condition = condition
                    .with(UNet2DCondition.POOLED_TEXT, features.pooled())
                    .with(UNet2DCondition.SIZES, sizes.to(features.states().device(), sizes.scalar_type()));
        }
        return condition;
    }

    /** The channels that the network receives. */
    int channels() {
        return network.config().inChannels();
    }

    /** The same with one more tensor for both. */
    GuidedPrompts with(String name, Tensor tensor) {
        return new GuidedPrompts(
                network, positive.with(name, tensor), negative == null ? null : negative.with(name, tensor), settings);
    }

    /** The model as the plan's sampler asks it. */
    Denoiser denoiser(LatentPlan plan) {
        Denoiser told = asked(plan, positive);
        if (negative == null) {
            return plan.limits().of(told, EpsAfterClipping.KEPT);
        }
        OutputMeaning meaning = plan.meaning();
        Rescale rescale = new Rescale(settings.rescale(), meaning.prediction());
        // as for models of pixels: in float32 a larger batch has other last bits
        boolean joint = network.parameters().compute().isLow() && batch() <= JointGuidance.MOST;
        Denoiser guided = plan.limits()
                .of(
                        joint
                                ? new JointGuidance(
                                        asked(plan, Condition.join(positive, negative)), settings.guidance(), rescale)
                                : new ClassifierFreeGuidance(told, asked(plan, negative), settings.guidance(), rescale),
                        EpsAfterClipping.RECOMPUTED);
        return settings.guidanceInterval() == null
                ? guided
                : new IntervalGuidance(
                        guided, plan.limits().of(told, EpsAfterClipping.KEPT), settings.guidanceInterval());
    }

    private long batch() {
        Tensor text = positive.get(UNet2DCondition.TEXT);
        return text == null ? 0 : text.size(0);
    }

    private Denoiser asked(LatentPlan plan, Condition condition) {
        return new NetworkDenoiser(network, plan.process(), plan.meaning(), condition);
    }
}
