package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.ImageTraining;
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
        ImageRecipe recipe = Tiny.recipe(
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
        ImageRecipe recipe = Tiny.recipe("prediction=v", "schedule.zeroTerminalSnr=true", "sample.sampler=deis");
        try (DiffusionModel model = recipe.newModel(Tiny.images(8))) {
            assertThatThrownBy(() -> ImageTraining.trainer(recipe, model, Tiny.images(8), null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the recipe's sample cannot be drawn: ")
                    .hasMessageContaining("zero terminal SNR");
        }
    }

    @Test
    void warms_the_learning_rate_up_linearly() {
        TrainSettings settings =
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
        ImageRecipe recipe = Tiny.recipe(
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
        TrainSettings settings = Tiny.recipe(
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

        String[] still = {"train.learningRate=1e-30", "train.clipGradient=0"};
        double[][] each = new double[3][];
        for (int step = 0; step < 3; step++) {
            each[step] = gradient(Tiny.recipe(still).with("train.steps=" + (step + 1)));
        }
        double[] accumulated = gradient(Tiny.recipe(still).with("train.accumulate=3", "train.steps=1"));
        double largest = Arrays.stream(accumulated).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < accumulated.length; i++) {
            double mean = (each[0][i] + each[1][i] + each[2][i]) / 3;
            assertThat(accumulated[i]).isCloseTo(mean, within(1e-6 * largest)); // float32 eps, a few roundings
        }
    }

    @Test
    void clips_the_whole_gradient_to_the_norm_of_the_recipe() {
        double[] gradient = gradient(Tiny.recipe("train.clipGradient=0.01", "train.steps=1"));
        double norm = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
        assertThat(norm).isCloseTo(0.01, within(0.01 * 1e-6)); // float32 eps, a few roundings
    }

    /** The gradient that the last step used. */
    private static double[] gradient(ImageRecipe recipe) {
        try (PointerScope scope = new PointerScope();
                DiffusionModel model = recipe.newModel(Tiny.images(8));
                Trainer trainer = ImageTraining.trainer(recipe, model, Tiny.images(8), null)) {
            trainer.run(TrainListener.NONE);
            return Comparison.values(model.network().parameters().gradients());
        }
    }

    @Test
    void chooses_the_share_of_samples_whose_condition_is_dropped() {
        try (PointerScope scope = new PointerScope()) {
            int n = 100_000;
            Tensor chosen = new StepRandom(3, 4).chosen(n, 0.1);
            double share = chosen.sum().item_double() / n;
            assertThat(share).isCloseTo(0.1, within(5 * Math.sqrt(0.1 * 0.9 / n))); // five standard errors
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
    void validates_with_the_averaged_weights() {
        ImageRecipe averaged = Tiny.recipe("train.learningRate=0.1", "train.emaDecay=0.99");
        ImageRecipe plain = Tiny.recipe("train.learningRate=0.1", "train.emaDecay=0");
        assertThat(losses(averaged, Tiny.images(16))).isEqualTo(losses(plain, Tiny.images(16)));
        assertThat(validations(plain, averaged).get(2))
                .isNotCloseTo(validations(plain, plain).get(2), withinPercentage(1));
    }

    @Test
    void validates_at_times_and_noise_that_depend_neither_on_the_seed_nor_on_the_batch() {
        // a learning rate of almost 0 leaves the network as it was
        ImageRecipe begin = Tiny.recipe("train.learningRate=0.1");
        List<Double> first = validations(begin, Tiny.recipe("train.seed=0", "train.learningRate=1e-30"));
        assertThat(first).hasSize(3).allMatch(loss -> loss.equals(first.get(0)));
        assertThat(validations(begin, Tiny.recipe("train.seed=7", "train.learningRate=1e-30", "train.batchSize=4")))
                .isEqualTo(first);
        assertThat(validations(begin.with("train.seed=7"), Tiny.recipe("train.learningRate=1e-30")))
                .isNotEqualTo(first); // another network
    }

    @Test
    void stops_at_a_loss_that_is_not_a_number_and_says_what_to_change() {
        ImageRecipe recipe = Tiny.recipe("train.learningRate=1e30", "train.warmupSteps=0", "train.clipGradient=0");
        assertThatThrownBy(() -> train(recipe, Tiny.images(8), TrainListener.NONE))
                .isInstanceOf(DiffusionException.class)
                .hasMessageMatching("step 2: the loss is \\S+ and the gradient's norm \\S+; training cannot go on: "
                        + "lower train.learningRate, 1.0E30, or set train.clipGradient, 0.0");
    }

    @Test
    void names_the_learning_rate_that_was_set_also_while_it_warms_up() {
        ImageRecipe recipe = Tiny.recipe("train.learningRate=1e30", "train.warmupSteps=1000", "train.clipGradient=0");
        assertThatThrownBy(() -> train(recipe, Tiny.images(8), TrainListener.NONE))
                .isInstanceOf(DiffusionException.class)
                .hasMessageContaining("lower train.learningRate, 1.0E30, or");
    }

    @Test
    void finishes_its_step_and_offers_a_checkpoint_when_asked_to_stop() {
        ImageRecipe recipe = Tiny.recipe("train.checkpointEvery=0");
        List<Long> checkpoints = new ArrayList<>();
        try (DiffusionModel model = recipe.newModel(Tiny.images(8));
                Trainer trainer = ImageTraining.trainer(recipe, model, Tiny.images(8), null)) {
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
        ImageRecipe recipe = Tiny.recipe("train.checkpointEvery=0", "train.sampleEvery=3");
        List<String> seen = new ArrayList<>();
        try (DiffusionModel model = recipe.newModel(Tiny.images(8));
                Trainer trainer = ImageTraining.trainer(recipe, model, Tiny.images(8), null)) {
            trainer.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 3) {
                        trainer.requestStop();
                    }
                }

                @Override
                public void onSample(long step) {
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
        ImageRecipe recipe = Tiny.recipe("train.timeLimit=1e-9", "train.steps=1000000");
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
                .withMessage(
                        "model.sampleSize must be [4] as in images in memory, was [8]; or resize pictures in files, with data.size=8");
    }

    private static TrainResult train(ImageRecipe recipe, ImageDataset data, TrainListener listener) {
        try (DiffusionModel model = recipe.newModel(data);
                Trainer trainer = ImageTraining.trainer(recipe, model, data, data)) {
            return trainer.run(listener);
        }
    }

    private static List<Double> losses(ImageRecipe recipe, ImageDataset data) {
        List<Double> losses = new ArrayList<>();
        train(recipe, data, new TrainListener() {
            @Override
            public void onStep(Step step) {
                losses.add(step.loss());
            }
        });
        return losses;
    }

    /** Of a training that goes on, by another recipe and with fresh averages, with the network that one recipe trained. */
    private static List<Double> validations(ImageRecipe begin, ImageRecipe recipe) {
        List<Double> losses = new ArrayList<>();
        ImageDataset data = Tiny.images(16);
        try (DiffusionModel model = begin.newModel(data)) {
            try (Trainer first = ImageTraining.trainer(begin, model, data, null)) {
                first.run(TrainListener.NONE);
            }
            try (Trainer trainer = ImageTraining.trainer(recipe, model, data, data)) {
                trainer.run(new TrainListener() {
                    @Override
                    public void onValidated(long step, double loss) {
                        losses.add(loss);
                    }
                });
            }
        }
        return losses;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
