package org.diffusion4j.image.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.ResidentMemory;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.TinyModel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.OneThread;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("A classifier of noisy pictures")
class NoisyClassifierTest {

    private static final int SIDE = 8;
    private static final long MIB = 1 << 20;
    private static final SampleSettings FEW = SampleSettings.ddim(4);

    @TempDir
    static Path folder;

    /** Knows dark pictures, class 0, from bright ones. */
    @BeforeAll
    static void train() {
        try (NoisyClassifierTraining training =
                NoisyClassifierTraining.begin(recipe(), darkAndBright(), folder.resolve("run"), false)) {
            training.run(TrainListener.NONE);
        }
    }

    private static NoisyClassifierRecipe recipe() {
        NoisyClassifierRecipe usual = NoisyClassifierRecipe.defaults();
        return usual.withData(new ImageRecipe.Data("two", 0, false, 0, false))
                .withModel(usual.model().withMultipliers(List.of(1, 1)).withAttentionFactors(List.of(2)))
                .withTrain(usual.train()
                        .with("steps=30", "batchSize=16", "warmupSteps=0", "learningRate=1e-3", "emaDecay=0.9"));
    }

    private static ImageDataset darkAndBright() {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            byte[] pixels = new byte[SIDE * SIDE];
            Arrays.fill(pixels, (byte) (i % 2 == 0 ? 20 : 235));
            images.add(pixels);
        }
        int[] labels = IntStream.range(0, images.size()).map(i -> i % 2).toArray();
        return InMemoryImages.ofBytes(images, 1, SIDE, SIDE).withLabels(labels, List.of("dark", "bright"));
    }

    private static NoisyClassifier classifier() {
        return NoisyClassifier.load(folder.resolve("run/model"));
    }

    @Test
    void steers_a_model_without_classes_to_the_class_that_is_asked_for() {
        try (NoisyClassifier classifier = classifier();
                DiffusionModel model = TinyModel.of(SIDE, 0)) {
            for (String sampler : List.of("ddim", "ddpm")) {
                Draw draw = Draw.of(4).with(SampleSettings.of(sampler, 10));
                double alone = brightness(classifier.draw(model, draw.withLabels(1), 0, (first, step) -> {}));
                double dark = brightness(classifier.draw(model, draw.withLabels(0), 20, (first, step) -> {}));
                double bright = brightness(classifier.draw(model, draw.withLabels(1), 20, (first, step) -> {}));
                assertThat(dark).as(sampler).isLessThan(alone - 10);
                assertThat(bright).as(sampler).isGreaterThan(alone + 10);
            }
        }
    }

    @Test
    void changes_nothing_at_scale_zero() {
        try (NoisyClassifier classifier = classifier();
                DiffusionModel model = TinyModel.of(SIDE, 1)) {
            Draw draw = Draw.of(3).with(SampleSettings.ddpm(5));
            assertThat(pixels(classifier.draw(model, draw.withLabels(0, 1), 0, (first, step) -> {})))
                    .isEqualTo(pixels(model.draw(draw)));
        }
    }

    @Test
    void draws_a_sample_alike_in_every_batch_and_from_two_threads_at_once() {
        try (NoisyClassifier classifier = classifier();
                DiffusionModel model = TinyModel.of(SIDE, 1)) {
            Draw draw = Draw.of(7).with(FEW).withLabels(0, 1);
            List<List<Integer>> drawn = Streams.run(
                    List.of(
                            () -> pixels(classifier.draw(model, draw.withBatchSize(1), 3, (first, step) -> {})),
                            () -> pixels(classifier.draw(model, draw.withBatchSize(64), 3, (first, step) -> {}))),
                    pixels -> {});
            List<Integer> other = pixels(classifier.draw(model, draw.withBatchSize(3), 3, (first, step) -> {}));
            for (List<Integer> pixels : drawn) {
                int largest = IntStream.range(0, other.size())
                        .map(i -> Math.abs(pixels.get(i) - other.get(i)))
                        .max()
                        .orElseThrow();
                assertThat(largest).isLessThanOrEqualTo(1); // where the last bits of a sum lie next to a grey level
            }
        }
    }

    @Test
    void frees_its_memory_when_it_ends_and_when_it_is_cancelled() {
        try (NoisyClassifier classifier = classifier();
                DiffusionModel model = TinyModel.of(SIDE, 1)) {
            Draw draw = Draw.of(16).with(SampleSettings.ddim(1)).withLabels(1);
            Runnable calls = () -> {
                for (int i = 0; i < 50; i++) {
                    classifier.draw(model, draw, 1, (first, step) -> {});
                    assertThatThrownBy(() -> classifier.draw(model, draw, 1, (first, step) -> {
                                throw new CancellationException();
                            }))
                            .isInstanceOf(CancellationException.class);
                }
            };
            calls.run(); // the features of one batch lost a call are 100 · 128 KiB, 12.5 MiB
            assertThat(ResidentMemory.growth(8 * MIB, calls)).isLessThan(8 * MIB);
        }
    }

    @Test
    void refuses_what_it_cannot_steer_in_one_line() {
        try (NoisyClassifier classifier = classifier();
                DiffusionModel large = TinyModel.of(16, 0);
                DiffusionModel cosine = TinyModel.of(
                        SIDE,
                        0,
                        SchedulerConfig.ddpm(
                                BetaSchedule.cosine(1000),
                                new OutputMeaning(Prediction.EPS, null),
                                ReverseVariance.FIXED_SMALL));
                DiffusionModel model = TinyModel.of(SIDE, 0)) {
            Draw draw = Draw.of(1).with(FEW).withLabels(1);
            assertThatThrownBy(() -> classifier.draw(large, draw, 1, (first, step) -> {}))
                    .hasMessage("the classifier is for pictures of 8×8 with 1 channels, the model draws [16] with 1;"
                            + " train a classifier on the model's data");
            assertThatThrownBy(() -> classifier.draw(cosine, draw, 1, (first, step) -> {}))
                    .hasMessageStartingWith(
                            "the classifier was trained in another noise schedule (linear, 1000 steps)");
            assertThatThrownBy(() -> classifier.draw(model, draw, Double.NaN, (first, step) -> {}))
                    .hasMessage("the scale of classifier guidance must be a number, was NaN");
            assertThatThrownBy(() -> classifier.draw(model, draw.withLabels(2), 1, (first, step) -> {}))
                    .hasMessage("labels must lie between 0 and 1, were [2]");
        }
        assertThatThrownBy(() -> NoisyClassifier.load(folder.resolve("run")))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith("; did you mean " + folder.resolve("run/model") + "?");
        assertThatThrownBy(() -> recipe().withTrain(recipe().train().with("conditionDropout=0.1")))
                .hasMessage("train.conditionDropout must be 0: a classifier learns from labels");
    }

    private static double brightness(List<BufferedImage> pictures) {
        return pixels(pictures).stream().mapToInt(Integer::intValue).average().orElseThrow();
    }

    private static List<Integer> pixels(List<BufferedImage> pictures) {
        return pictures.stream()
                .flatMap(picture -> IntStream.range(0, SIDE * SIDE)
                        .mapToObj(i -> picture.getRaster().getSample(i % SIDE, i / SIDE, 0)))
                .toList();
    }
}
