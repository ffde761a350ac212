package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.sample.DiffusionModel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("Trainer")
class TrainerTest {

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"eps", "x0", "v"})
    void overfits_a_handful_of_images(String prediction) {
        Recipe recipe = Tiny.recipe(
                "prediction=" + prediction,
                "train.steps=400",
                "train.batchSize=32",
                "train.learningRate=0.01",
                "train.validateEvery=0",
                "train.sampleEvery=0",
                "train.labelDropout=0");
        List<Double> losses = losses(recipe, Tiny.images(4));
        // the best guess that knows nothing of the images has a loss near 1 for eps and v, near the pixels' variance
        // 1/3 for x0
        assertThat(mean(losses.subList(380, 400))).isLessThan(0.5 * mean(losses.subList(0, 20)));
    }

    @Test
    void refuses_before_its_first_step_samples_that_the_recipe_could_not_draw() {
        Recipe recipe = Tiny.recipe("prediction=v", "schedule.zeroTerminalSnr=true", "sample.sampler=deis");
        try (DiffusionModel model = recipe.newModel(Tiny.images(8))) {
            assertThatThrownBy(() -> new Trainer(recipe, model, Tiny.images(8), null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the recipe's sample cannot be drawn: ")
                    .hasMessageContaining("zero terminal SNR");
        }
    }

    @Test
    void warms_the_learning_rate_up_linearly() {
        Recipe.Train settings =
                Tiny.recipe("train.learningRate=0.5", "train.warmupSteps=4").train();
        assertThat(LongStream.of(1, 2, 3, 4, 5).mapToDouble(settings.plan()::learningRateAt))
                .containsExactly(0.125, 0.25, 0.375, 0.5, 0.5);
    }

    @ParameterizedTest(name = "{0} of {1}, variance {2}")
    @CsvSource({
        "hybrid, eps, learned-range",
        "hybrid-mean, v, learned-log",
        "vlb, x0, learned-range",
        "vlb-mean, eps, fixed-large",
        "simple, mean, fixed-small"
    })
    void learns_by_every_loss(String loss, String prediction, String variance) {
        Recipe recipe = Tiny.recipe(
                "prediction=" + prediction,
                "variance=" + variance,
                "model.outChannels=" + (variance.startsWith("learned") ? 2 : 1),
                "train.objective.loss=" + loss,
                "train.objective.times=low-discrepancy",
                "train.steps=300",
                "train.batchSize=32",
                "train.learningRate=0.01",
                "train.validateEvery=0",
                "train.sampleEvery=0");
        List<Double> losses = losses(recipe, Tiny.images(4));
        assertThat(mean(losses.subList(280, 300))).isLessThan(0.75 * mean(losses.subList(0, 20)));
    }

    @Test
    void goes_on_with_the_rate_and_the_clipping_of_the_next_stage() {
        Plan plan = Tiny.recipe(
                        "train.steps=4",
                        "train.learningRate=1",
                        "train.warmupSteps=0",
                        "train.stages=[{\"steps\": 4, \"learningRate\": 0.1, \"clipGradient\": 0.5,"
                                + " \"decay\": \"linear\", \"decayTo\": 0}]")
                .train()
                .plan();
        assertThat(plan.steps()).isEqualTo(8);
        double[] rates =
                LongStream.rangeClosed(1, 8).mapToDouble(plan::learningRateAt).toArray();
        assertThat(rates).containsExactly(new double[] {1, 1, 1, 1, 0.075, 0.05, 0.025, 0}, within(1e-15));
        assertThat(plan.clipGradientAt(4)).isEqualTo(1);
        assertThat(plan.clipGradientAt(5)).isEqualTo(0.5);
    }

    @Test
    void in_bf16_has_nearly_the_loss_of_float32() {
        double float32 = mean(losses(Tiny.recipe(), Tiny.images(8)));
        double bf16 = mean(losses(Tiny.recipe("train.precision=bf16"), Tiny.images(8)));
        assertThat(bf16).isNotEqualTo(float32).isCloseTo(float32, withinPercentage(1)); // one rounding to bf16 is 0.4 %
    }

    @Test
    void lets_the_learning_rate_fall_by_half_a_cosine_to_the_share_of_the_recipe() {
        Recipe.Train settings = Tiny.recipe(
                        "train.steps=8", "train.learningRate=1", "train.warmupSteps=4", "train.decayTo=0.2")
                .train();
        assertThat(settings.plan().learningRateAt(4)).isEqualTo(1);
        assertThat(settings.plan().learningRateAt(6)).isCloseTo(0.6, within(1e-15));
        assertThat(settings.plan().learningRateAt(8)).isCloseTo(0.2, within(1e-15));
    }

    @Test
    void a_step_of_accumulated_batches_has_their_mean_loss_and_gradient() {
        // the first step, before any weight has moved: its batches are those of three steps of the same seed at a rate
        // of almost 0
        List<Double> apart = losses(Tiny.recipe("train.learningRate=1e-30", "train.steps=3"), Tiny.images(8));
        List<Double> together = losses(Tiny.recipe("train.accumulate=3", "train.steps=1"), Tiny.images(8));
        assertThat(together.get(0)).isCloseTo(mean(apart), within(1e-6)); // float32 eps of losses near 1

        double thrice = gradient(Tiny.recipe("train.accumulate=3", "train.steps=1", "train.clipGradient=0"));
        double once = gradient(Tiny.recipe("train.steps=1", "train.batchSize=24", "train.clipGradient=0"));
        assertThat(thrice).isBetween(once / 3, once * 3); // a sum in place of the mean would be thrice as long
    }

    @Test
    void clips_the_whole_gradient_to_the_norm_of_the_recipe() {
        Recipe recipe = Tiny.recipe("train.clipGradient=0.01", "train.steps=1");
        assertThat(gradient(recipe)).isCloseTo(0.01, within(0.01 * 1e-6)); // float32 eps, a few roundings
    }

    /** The norm of the gradient that the last step used. */
    private static double gradient(Recipe recipe) {
        try (PointerScope scope = new PointerScope();
                DiffusionModel model = recipe.newModel(Tiny.images(8));
                Trainer trainer = new Trainer(recipe, model, Tiny.images(8), null)) {
            trainer.run(TrainListener.NONE);
            return model.network().parameters().gradients().norm().item_double();
        }
    }

    @Test
    void drops_the_share_of_labels_that_the_recipe_says() {
        try (PointerScope scope = new PointerScope()) {
            int n = 100_000;
            Tensor labels = torch.zeros(new long[] {n}, new TensorOptions(ScalarType.Long));
            Tensor dropped = new StepRandom(3, 4).dropped(labels, 0.1, 10);
            double share = dropped.eq(new Scalar(10)).sum().item_double() / n;
            assertThat(share).isCloseTo(0.1, within(5 * Math.sqrt(0.1 * 0.9 / n))); // five standard errors
            assertThat(dropped.ne(new Scalar(0)).sum().item_double() / n).isEqualTo(share);
        }
    }

    @Test
    void draws_the_same_numbers_for_the_same_seed_and_batch_and_others_for_another() {
        try (PointerScope scope = new PointerScope()) {
            Tensor like = torch.zeros(4, 8);
            Tensor noise = new StepRandom(1, 2).noise(like);
            assertThat(new StepRandom(1, 2).noise(like).equal(noise)).isTrue();
            assertThat(new StepRandom(1, 3).noise(like).equal(noise)).isFalse();
            assertThat(new StepRandom(2, 2).noise(like).equal(noise)).isFalse();
            assertThat(new StepRandom(1, 2).numbers().nextLong())
                    .isNotEqualTo(new StepRandom(1, 3).numbers().nextLong());
        }
    }

    @Test
    void validates_with_the_averaged_weights_at_times_and_noise_that_do_not_depend_on_the_seed() {
        // a learning rate of almost 0 leaves the two networks as they began, which is equal but for the seed of the
        // training
        List<Double> first = validations(Tiny.recipe("train.seed=0", "train.learningRate=1e-30"));
        assertThat(validations(Tiny.recipe("train.seed=0", "train.learningRate=1e-30", "train.batchSize=4")))
                .isEqualTo(first);
        assertThat(first).hasSize(3).allMatch(loss -> loss > 0 && loss < 3);
    }

    @Test
    void shows_a_row_of_samples_for_each_class() {
        assertThat(grids(Tiny.recipe()))
                .containsExactly(new long[] {4, 8, 16, 1, 4, 4}, new long[] {6, 8, 16, 1, 4, 4});
    }

    @Test
    void shows_as_many_samples_as_the_recipe_says() {
        assertThat(grids(Tiny.recipe("train.sampleCount=5", "train.sampleEvery=0")))
                .containsExactly(new long[] {6, 3, 5, 1, 4, 4});
        assertThat(grids(Tiny.recipe("train.sampleCount=0"))).isEmpty();
    }

    /** Step, columns and shape of each grid of samples. */
    private static List<long[]> grids(Recipe recipe) {
        List<long[]> grids = new ArrayList<>();
        train(recipe, Tiny.images(8), new TrainListener() {
            @Override
            public void onSampled(long step, Tensor x0, int columns) {
                grids.add(new long[] {step, columns, x0.size(0), x0.size(1), x0.size(2), x0.size(3)});
            }
        });
        return grids;
    }

    @Test
    void stops_at_a_loss_that_is_not_a_number_and_says_what_to_change() {
        Recipe recipe = Tiny.recipe("train.learningRate=1e30", "train.warmupSteps=0", "train.clipGradient=0");
        assertThatThrownBy(() -> train(recipe, Tiny.images(8), TrainListener.NONE))
                .isInstanceOf(DiffusionException.class)
                .hasMessageMatching("step 2: the loss is \\S+ and the gradient's norm \\S+; training cannot go on: "
                        + "lower train.learningRate, 1.0E30, or set train.clipGradient, 0.0");
    }

    @Test
    void finishes_its_step_and_offers_a_checkpoint_when_asked_to_stop() {
        Recipe recipe = Tiny.recipe("train.checkpointEvery=0");
        List<Long> checkpoints = new ArrayList<>();
        try (DiffusionModel model = recipe.newModel(Tiny.images(8));
                Trainer trainer = new Trainer(recipe, model, Tiny.images(8), null)) {
            TrainResult result = trainer.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 3) {
                        trainer.requestStop();
                    }
                }

                @Override
                public void onCheckpoint(TrainState state) {
                    checkpoints.add(state.step());
                }
            });
            assertThat(result.end()).isEqualTo(TrainResult.End.REQUESTED);
            assertThat(result.step()).isEqualTo(3);
            assertThat(checkpoints).containsExactly(3L);
        }
    }

    @Test
    void asked_to_stop_draws_no_samples_first() {
        Recipe recipe = Tiny.recipe("train.checkpointEvery=0", "train.sampleEvery=3");
        List<String> seen = new ArrayList<>();
        try (DiffusionModel model = recipe.newModel(Tiny.images(8));
                Trainer trainer = new Trainer(recipe, model, Tiny.images(8), null)) {
            trainer.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 3) {
                        trainer.requestStop();
                    }
                }

                @Override
                public void onSampled(long step, Tensor x0, int columns) {
                    seen.add("samples of " + step);
                }

                @Override
                public void onCheckpoint(TrainState state) {
                    seen.add("checkpoint of " + state.step());
                }
            });
        }
        assertThat(seen).containsExactly("checkpoint of 3");
    }

    @Test
    void stops_at_the_time_limit() {
        Recipe recipe = Tiny.recipe("train.timeLimit=1e-9", "train.steps=1000000");
        assertThat(train(recipe, Tiny.images(8), TrainListener.NONE).end()).isEqualTo(TrainResult.End.TIME_LIMIT);
    }

    @Test
    void refuses_a_network_that_does_not_fit_the_data_and_says_how_it_would() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tiny.recipe("model.numClassEmbeds=11").newModel(Tiny.images(8)))
                .withMessage(
                        "model.numClassEmbeds must be 3, the 2 classes of images in memory and one for \"no label\", was 11");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tiny.recipe("model.sampleSize=8").newModel(Tiny.images(8)))
                .withMessage("model.sampleSize must be [4] as in images in memory, was [8]");
    }

    private static TrainResult train(Recipe recipe, ImageDataset data, TrainListener listener) {
        try (DiffusionModel model = recipe.newModel(data);
                Trainer trainer = new Trainer(recipe, model, data, data)) {
            return trainer.run(listener);
        }
    }

    private static List<Double> losses(Recipe recipe, ImageDataset data) {
        List<Double> losses = new ArrayList<>();
        train(recipe, data, new TrainListener() {
            @Override
            public void onStep(Step step) {
                losses.add(step.loss());
            }
        });
        return losses;
    }

    private static List<Double> validations(Recipe recipe) {
        List<Double> losses = new ArrayList<>();
        train(recipe, Tiny.images(16), new TrainListener() {
            @Override
            public void onValidated(long step, double loss) {
                losses.add(loss);
            }
        });
        return losses;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
