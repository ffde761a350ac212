package org.diffusion4j.image.guidance;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.DiffusionModel.BatchSampler;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.SamplingPlan;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.SampleSettings;

/**
 * Guidance of a model by a worse version of itself, smaller or trained for a shorter time: away from the mistakes that both make.
 *
 * <p>Karras, Aittala, Kynkäänniemi, Lehtinen, Aila, Laine, "Guiding a Diffusion Model with a Bad Version of Itself", NeurIPS 2024.
 * Classes are not needed; a model that has some is asked for the same class as the guide.
 *
 * <p>Threads: may be shared, as the models may.
 *
 * @param guide the worse model, borrowed
 */
public record Autoguidance(DiffusionModel guide) implements Steering {

    private static final double ROUNDING = 1e-6;

    /**
     * Refuses a model that the guide is no version of.
     *
     * @throws IllegalArgumentException if pictures, classes, noise or device of the two differ; the message says what to do
     */
    public void requireFits(DiffusionModel model) {
        List<Integer> size = model.network().config().pictureSize();
        List<Integer> guideSize = guide.network().config().pictureSize();
        int channels = model.network().config().inChannels();
        int guideChannels = guide.network().config().inChannels();
        require(
                size.equals(guideSize) && channels == guideChannels,
                "the guide draws pictures of size %s with %s channels, the model of %s with %s;"
                        + " take a guide that was trained on the model's data",
                guideSize,
                guideChannels,
                size,
                channels);
        require(
                guide.classes() == model.classes(),
                "the guide knows %s classes, the model %s; take a guide that was trained on the model's data",
                guide.classes(),
                model.classes());
        require(
                areAlike(guide.scheduler(), model.scheduler()),
                "the guide was trained in another noise schedule (%s) than the model (%s); take a guide with the model's schedule",
                named(guide.scheduler()),
                named(model.scheduler()));
        require(
                guide.compute().equals(model.compute()),
                "the guide computes by %s, the model by %s; load both alike",
                guide.compute(),
                model.compute());
    }

    private static boolean areAlike(SchedulerConfig one, SchedulerConfig other) {
        if (one.process() instanceof DiscreteProcess mine && other.process() instanceof DiscreteProcess others) {
            int steps = mine.table().steps();
            return steps == others.table().steps()
                    && IntStream.range(0, steps)
                            .allMatch(t -> Math.abs(mine.table().alphaBar(t)
                                            - others.table().alphaBar(t))
                                    <= ROUNDING);
        }
        return one.continuous().isPresent() && one.continuous().equals(other.continuous());
    }

    private static String named(SchedulerConfig scheduler) {
        return scheduler
                .continuous()
                .map(settings -> settings.kind().toString())
                .orElse(
                        scheduler.process() instanceof DiscreteProcess chain
                                ? chain.table().steps() + " steps"
                                : scheduler.className());
    }

    /**
     * Refuses settings that would never ask the guide.
     *
     * @throws IllegalArgumentException if their guidance is 1
     */
    public static void requireGuided(SampleSettings settings) {
        require(settings.guidance() != 1, "a guide changes nothing at guidance 1: set another scale, such as 2");
    }

    /**
     * Draws guided pictures: sample i is the same picture whatever count and batch size are.
     *
     * @param model guided; borrowed
     * @param draw whose settings' guidance is the scale: 1 is the model alone and refused, 0 the guide alone
     * @param listener as {@link DiffusionModel#draw(Draw, DiffusionModel.DrawListener)} takes it
     * @throws IllegalArgumentException if the two models do not fit, or the guidance is 1
     */
    @Override
    public List<BufferedImage> draw(DiffusionModel model, Draw draw, DiffusionModel.DrawListener listener) {
        return model.draw(draw, listener, sampler(model, draw));
    }

    @Override
    public Tensor pixels(DiffusionModel model, Draw draw, int first, int count) {
        return model.pixels(draw, first, count, sampler(model, draw));
    }

    @Override
    public long networkCalls(DiffusionModel model) {
        return model.networkCalls() + guide.networkCalls();
    }

    private BatchSampler sampler(DiffusionModel model, Draw draw) {
        requireFits(model);
        requireGuided(draw.settings());
        SamplingPlan plan = model.plan(draw.settings()).guidedBy(guide);
        return batch -> {
            try (CloseGuard.Use use = guide.network().parameters().use()) {
                return plan.sample(
                        model.start(batch.size(), batch.noise()), batch.labels(), batch.noise(), batch.listener());
            }
        };
    }
}
