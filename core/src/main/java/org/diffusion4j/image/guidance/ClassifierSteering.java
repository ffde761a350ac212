package org.diffusion4j.image.guidance;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.guide.ClassifierGuidance;
import org.diffusion4j.guide.ClassifierGuidedDdpm;
import org.diffusion4j.guide.NetworkClassifier;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.DiffusionModel.Batch;
import org.diffusion4j.image.DiffusionModel.BatchSampler;
import org.diffusion4j.image.DiffusionModel.DrawListener;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.SamplingPlan;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddpm;

/**
 * A classifier of noisy pictures that leads a model to the classes of a draw, also a model that knows none: DDPM's sampler by {@link
 * ClassifierGuidedDdpm}, every other by {@link ClassifierGuidance}.
 *
 * @param classifier borrowed
 * @param scale of the guidance; 0 is the model alone
 */
public record ClassifierSteering(NoisyClassifier classifier, double scale) implements Steering {

    public ClassifierSteering {
        require(Double.isFinite(scale), "the scale of classifier guidance must be a number, was %s", scale);
    }

    @Override
    public List<BufferedImage> draw(DiffusionModel model, Draw draw, DrawListener listener) {
        return model.draw(asModel(model, draw), listener, sampler(model, draw));
    }

    @Override
    public Tensor pixels(DiffusionModel model, Draw draw, int first, int count) {
        return model.pixels(asModel(model, draw), first, count, sampler(model, draw));
    }

    @Override
    public int classes(DiffusionModel model) {
        return classifier.labels().size();
    }

    /** A model without classes takes no labels. */
    private static Draw asModel(DiffusionModel model, Draw draw) {
        return model.classes() == 0 ? draw.withLabels(List.of()) : draw;
    }

    private BatchSampler sampler(DiffusionModel model, Draw draw) {
        classifier.requireFits(model);
        int classes = classes(model);
        require(
                draw.labels().stream().allMatch(label -> 0 <= label && label < classes),
                "labels must lie between 0 and %s, were %s",
                classes - 1,
                draw.labels());
        SamplingPlan plan = model.plan(draw.settings());
        return batch -> {
            try (CloseGuard.Use use = classifier.network().parameters().use()) {
                Tensor wanted = Tensors.of(
                        batch.indices().mapToLong(i -> draw.label(i, classes)).toArray());
                return sampled(plan, model.start(batch.size(), batch.noise()), batch, wanted);
            }
        };
    }

    private Tensor sampled(SamplingPlan plan, Tensor start, Batch batch, Tensor wanted) {
        NetworkClassifier asked = new NetworkClassifier(classifier.network(), wanted);
        Sampler sampler = plan.sampler();
        if (sampler instanceof Ddpm ancestral) {
            Sampler guided = new ClassifierGuidedDdpm(ancestral.variance(), asked, scale);
            return plan.sample(guided, plan.denoiser(batch.labels()), start, batch.noise(), batch.listener());
        }
        ClassifierGuidance guided = new ClassifierGuidance(plan.consistentDenoiser(batch.labels()), asked, scale);
        return plan.sample(sampler, guided, start, batch.noise(), batch.listener());
    }
}
