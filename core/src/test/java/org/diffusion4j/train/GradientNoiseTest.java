package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ImageTraining;
import org.diffusion4j.process.ReverseVariance;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OneThread.class)
@DisplayName("Gradient noise")
class GradientNoiseTest {

    private static final ImageDataset IMAGES = Tiny.images(16);

    @Test
    void of_l_vlb_is_less_where_times_are_chosen_by_importance() {
        try (DiffusionModel model = trained()) {
            GradientNoise uniform = noise(model, TimeSampling.UNIFORM, 100, 8);
            GradientNoise important = noise(model, TimeSampling.LOSS_SECOND_MOMENT, 100, 8);
            assertThat(important.variance()).isLessThan(0.5 * uniform.variance());
            assertThat(uniform.losses()).hasSize(100);
        }
    }

    @Test
    void of_one_image_is_the_same_estimated_from_small_and_from_larger_batches() {
        try (DiffusionModel model = trained()) {
            double small = noise(model, TimeSampling.LOSS_SECOND_MOMENT, 400, 4).variance();
            double larger =
                    noise(model, TimeSampling.LOSS_SECOND_MOMENT, 100, 16).variance();
            // of n batches a variance is known to √(2/n) or somewhat worse: 5 % and 14 %, times 5
            assertThat(larger / small).isCloseTo(1, within(0.75));
        }
    }

    @Test
    void of_a_loss_that_the_model_cannot_have_is_refused() {
        try (DiffusionModel model = Tiny.recipe().newModel(IMAGES)) {
            assertThatThrownBy(() -> GradientNoise.of(
                            model.network().parameters(),
                            loss(model, LossTerms.HYBRID, TimeSampling.UNIFORM),
                            ImageTraining.examples(model, IMAGES, 2, 0, false),
                            2,
                            0,
                            done -> {}))
                    .hasMessage("the loss 'hybrid' is for a learned variance, which the model lacks");
        }
    }

    private static GradientNoise noise(DiffusionModel model, TimeSampling times, int batches, int batchSize) {
        return GradientNoise.of(
                model.network().parameters(),
                loss(model, LossTerms.VLB, times),
                ImageTraining.examples(model, IMAGES, batchSize, 0, false),
                batches,
                0,
                done -> {});
    }

    private static Loss loss(DiffusionModel model, LossTerms terms, TimeSampling times) {
        boolean learned = model.scheduler().meaning().variance() != null;
        return ImageTraining.loss(
                model,
                learned ? ReverseVariance.LEARNED : ReverseVariance.FIXED_SMALL,
                new ObjectiveSettings(terms, Weighting.SIMPLE, null, times));
    }

    /** After 60 steps: the last convolution of a new network is zero, and so are most gradients. */
    private static DiffusionModel trained() {
        ImageRecipe recipe = Tiny.recipe(
                "variance=learned-range",
                "model.outChannels=2",
                "train.objective.loss=hybrid",
                "train.steps=60",
                "train.learningRate=0.01",
                "train.validateEvery=0",
                "train.sampleEvery=0",
                "train.checkpointEvery=0");
        DiffusionModel model = recipe.newModel(IMAGES);
        try (Trainer trainer = ImageTraining.trainer(recipe, model, IMAGES, null)) {
            trainer.run(TrainListener.NONE);
        }
        return model;
    }
}
