package org.diffusion4j.image.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Jitter;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.nn.vision.ImageClassifier;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Training of a classifier")
class ClassifierTrainerTest {

    private static final ImageDataset GLYPHS = Datasets.open("glyphs", DataSplit.TRAIN, ReadOptions.DEFAULT);

    private static ClassifierRecipe recipe(long steps, Jitter jitter) {
        ClassifierRecipe of = ClassifierRecipe.defaults();
        return new ClassifierRecipe("tiny", "", of.data(), of.widths(), jitter, steps, 32, 1e-3, 10, 0.01, 0.9, 1);
    }

    @Test
    void learns_the_built_in_digits() {
        List<Double> losses = new ArrayList<>();
        TrainListener listener = new TrainListener() {
            @Override
            public void onStep(Step step) {
                losses.add(step.loss());
            }
        };
        new ClassifierTrainer(recipe(40, new Jitter(5, 0.05, 1)))
                .train(GLYPHS, listener)
                .close();
        assertThat(losses).hasSize(40);
        assertThat(losses.get(0)).isCloseTo(Math.log(10), within(0.5)); // knows nothing
        assertThat(losses.subList(35, 40)).allMatch(loss -> loss < 1.9);
    }

    @Test
    void gives_the_same_classifier_each_time() {
        ClassifierTrainer trainer = new ClassifierTrainer(recipe(3, new Jitter(5, 0.05, 1)));
        try (PointerScope scope = new PointerScope();
                ImageClassifier once = trainer.train(GLYPHS, TrainListener.NONE);
                ImageClassifier again = trainer.train(GLYPHS, TrainListener.NONE)) {
            assertThat(Comparison.values(again.parameters().values()))
                    .containsExactly(Comparison.values(once.parameters().values()));
        }
    }

    @Test
    void sees_a_picture_alike_whatever_else_is_in_the_batch() {
        try (PointerScope scope = new PointerScope();
                ImageClassifier classifier =
                        new ImageClassifier(new ImageClassifier.Config(1, List.of(8, 16), 10), 3)) {
            Tensor both = Tensors.of(
                            new SplittableRandom(0).doubles(2 * 28 * 28).toArray(), 2, 1, 28, 28)
                    .to(org.bytedeco.pytorch.global.torch.ScalarType.Float);
            double[] alone =
                    Comparison.values(classifier.of(both.narrow(0, 1, 1)).logits());
            double[] beside = Comparison.values(classifier.of(both).logits().narrow(0, 1, 1));
            assertThat(beside).containsExactly(alone, within(1e-5)); // rounding of another order of sums
        }
    }

    @Test
    void moves_nothing_where_the_jitter_is_nothing_and_something_where_it_is_not() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.of(new SplittableRandom(0).doubles(2 * 10 * 8).toArray(), 2, 1, 10, 8);
            double[] still = Comparison.values(new Jitter(0, 0, 0).moved(x, new SplittableRandom(1)));
            assertThat(still).containsExactly(Comparison.values(x), within(1e-12));
            double[] moved = Comparison.values(new Jitter(10, 0.1, 2).moved(x, new SplittableRandom(1)));
            assertThat(moved).isNotEqualTo(still);
        }
    }

    @Test
    void has_a_recipe_of_ours_that_is_valid() {
        ClassifierRecipe recipe = ClassifierRecipe.read(Path.of("../recipes/classifier-mnist.json"));
        assertThat(recipe.name()).isEqualTo("classifier-mnist");
        assertThat(recipe.widths()).isEqualTo(ClassifierRecipe.defaults().widths());
    }

    @Test
    void refuses_a_recipe_that_holds_images_out() {
        ClassifierRecipe of = ClassifierRecipe.defaults();
        assertThatThrownBy(() -> new ClassifierRecipe(
                        "",
                        "",
                        new ImageRecipe.Data("mnist", 10, false, 0, false),
                        of.widths(),
                        of.jitter(),
                        1,
                        1,
                        1,
                        0,
                        0,
                        0,
                        0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.validation must be 0 in a classifier's recipe, was 10");
    }
}
