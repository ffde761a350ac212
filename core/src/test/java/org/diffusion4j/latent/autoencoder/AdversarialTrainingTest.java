package org.diffusion4j.latent.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.nn.vision.ImageClassifier;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The training of an autoencoder against a discriminator, by the features of a classifier,")
class AdversarialTrainingTest {

    @TempDir
    private Path folder;

    private final ImageDataset digits = Glyphs.draw(64, 1);

    private AutoencoderRecipe recipe(int steps, int from) {
        return AutoencoderTrainingTest.recipe(steps)
                .with(
                        "perceptual.model=" + classifier("classifier.safetensors", 1, 0),
                        "perceptual.weight=0.1",
                        "discriminator.from=" + from,
                        "discriminator.width=8",
                        "discriminator.layers=1",
                        "train.accumulate=2",
                        "train.batchSize=2",
                        "model.blockOutChannels=[8,8]",
                        "train.decayTo=1",
                        "train.sampleEvery=0",
                        "train.sampleCount=0",
                        "train.keep=9");
    }

    private Path trained(AutoencoderRecipe recipe, String name) {
        Path run = folder.resolve(name);
        try (AutoencoderTraining training = AutoencoderTraining.begin(recipe, digits, run, false)) {
            training.run(TrainListener.NONE);
        }
        return run;
    }

    private void resumed(Path run, String... changes) {
        try (AutoencoderTraining training = AutoencoderTraining.resume(run, digits, List.of(changes), warning -> {})) {
            training.run(TrainListener.NONE);
        }
    }

    private static void stopped(AutoencoderTraining opened, int last) {
        try (AutoencoderTraining training = opened) {
            training.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == last) {
                        training.requestStop();
                    }
                }
            });
        }
    }

    private static void assertSame(Path one, Path other, String... inside) throws IOException {
        for (String part : inside) {
            try (Stream<Path> files = Files.walk(one.resolve(part))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path same = other.resolve(one.relativize(file));
                    assertThat(Files.mismatch(file, same)).as(same.toString()).isEqualTo(-1);
                }
            }
        }
    }

    @Test
    void goes_on_as_if_it_had_not_been_stopped_before_or_after_the_discriminator_began() throws IOException {
        Path whole = trained(recipe(6, 2), "whole");
        assertThat(whole.resolve("checkpoints/step-6/opponent.weights.safetensors"))
                .exists();
        for (int last : new int[] {2, 4}) {
            Path run = folder.resolve("stopped after " + last);
            stopped(AutoencoderTraining.begin(recipe(6, 2), digits, run, false), last);
            assertThat(Files.exists(run.resolve("checkpoints/step-" + last + "/opponent.weights.safetensors")))
                    .isEqualTo(last > 2);
            resumed(run);
            assertSame(whole, run, "model", "metrics.jsonl", "checkpoints/step-6");
        }
        List<String> metrics = Files.readAllLines(whole.resolve("metrics.jsonl"));
        assertThat(metrics.get(1)).contains("\"step\":2").doesNotContain("opponentLoss");
        assertThat(metrics.get(2)).contains("\"step\":3").contains("opponentLoss");
        assertThat(metrics.get(4))
                .contains("\"step\":3")
                .contains("absoluteError")
                .contains("perceptual");
    }

    @Test
    void may_have_its_discriminator_added_until_that_begins_but_not_changed() throws IOException {
        Path whole = trained(recipe(6, 3), "whole");
        Path late = trained(recipe(3, 3).withDiscriminator(null), "late");
        resumed(late, "train.steps=6", "discriminator.from=3", "discriminator.width=8", "discriminator.layers=1");
        assertSame(whole, late, "model", "checkpoints/step-6");
        assertThatThrownBy(() -> resumed(late, "train.steps=8", "discriminator.weight=2"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("discriminator.weight");
        Path seeded = trained(recipe(6, 3).with("train.seed=5"), "seeded");
        assertThat(Files.mismatch(
                        whole.resolve("checkpoints/step-6/opponent.weights.safetensors"),
                        seeded.resolve("checkpoints/step-6/opponent.weights.safetensors")))
                .isNotEqualTo(-1);
    }

    @Test
    void holds_to_the_classifier_that_it_began_with_wherever_that_lies() throws IOException {
        Path file = classifier("a.safetensors", 1, 0);
        Path run = trained(recipe(1, 9).with("perceptual.model=" + file), "run");
        Path other = classifier("b.safetensors", 1, 1);
        assertThatThrownBy(() -> resumed(run, "train.steps=2", "perceptual.model=" + other))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is another file than that of the recipe");
        Path moved = Files.move(file, folder.resolve("moved.safetensors"));
        assertThatThrownBy(() -> resumed(run, "train.steps=2")).hasMessageContaining("a.safetensors");
        resumed(run, "train.steps=2", "perceptual.model=" + moved);
    }

    private Path classifier(String name, int channels, long seed) {
        Path file = folder.resolve(name);
        try (ImageClassifier network =
                new ImageClassifier(new ImageClassifier.Config(channels, List.of(8, 8), 2), seed)) {
            Classifier.write(file, network, List.of("a", "b"), Map.of());
        }
        return file;
    }

    @Test
    void says_before_it_begins_what_does_not_fit() {
        AutoencoderRecipe plain = AutoencoderTrainingTest.recipe(1);
        assertThatThrownBy(() -> plain.with("discriminator.weight=1"))
                .hasMessageContaining("discriminator.from' is missing");
        assertThatThrownBy(() -> plain.with("discriminator.from=-1"))
                .hasMessageContaining("must be at least 0, was -1");
        assertThatThrownBy(() -> plain.with("discriminator.from=0", "discriminator.width=12"))
                .hasMessageContaining("must be a multiple of 8, was 12");
        assertThatThrownBy(() -> plain.with("discriminator.from=0", "discriminator.weight=0"))
                .hasMessageContaining("weight must be above 0, was 0.0; omit discriminator for none");
        assertThatThrownBy(() -> plain.with("discriminator.from=0", "discriminator.rate=0"))
                .hasMessageContaining("rate must be above 0");
        assertThatThrownBy(() -> plain.with("perceptual.weight=1"))
                .hasMessageContaining("perceptual.model' is missing");
        assertThatThrownBy(() -> plain.with("perceptual.model=mnist", "perceptual.weight=0"))
                .hasMessageContaining("perceptual.weight must be above 0");
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> AutoencoderTraining.begin(
                        plain.with("discriminator.from=0", "discriminator.layers=4"), digits, run, false))
                .hasMessageContaining("28×28, too small for the discriminator; set fewer discriminator.layers");
        assertThatThrownBy(() -> AutoencoderTraining.begin(
                        plain.with("perceptual.model=" + classifier("c.safetensors", 3, 0)), digits, run, false))
                .hasMessageContaining("the classifier is for pictures of 3 channels, these have 1");
        assertThat(run).doesNotExist();
        assertThat(plain.toMap()).doesNotContainKeys("perceptual", "discriminator", "vqModel", "beta");
    }

    /** 64 pictures in 8 channels of 8×8 floats are 128 KiB, and each of a step's passes makes dozens of such tensors. */
    @Test
    void needs_after_60_steps_no_more_memory_than_after_10() {
        List<byte[]> pictures = new ArrayList<>();
        Random random = new Random(3);
        for (int i = 0; i < 64; i++) {
            byte[] picture = new byte[64];
            random.nextBytes(picture);
            pictures.add(picture);
        }
        AutoencoderRecipe large = recipe(60, 0)
                .with(
                        "model.blockOutChannels=[8]",
                        "model.latentChannels=1",
                        "train.accumulate=1",
                        "train.batchSize=64",
                        "train.checkpointEvery=0",
                        "train.validateEvery=0",
                        "data.validation=0");
        long[] after10 = new long[1];
        long after;
        try (AutoencoderTraining training = AutoencoderTraining.begin(
                large, InMemoryImages.ofBytes(pictures, 1, 8, 8), folder.resolve("run"), false)) {
            training.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 10) {
                        after10[0] = Pointer.physicalBytes();
                    }
                }
            });
            after = Pointer.physicalBytes();
            training.close();
            training.close();
            assertThatThrownBy(() -> training.model()
                            .discriminator()
                            .orElseThrow()
                            .parameters()
                            .use())
                    .hasMessageContaining("the discriminator is closed");
        }
        System.out.printf("%d MiB after 10 steps, %d MiB after 60%n", after10[0] >> 20, after >> 20);
        assertThat(after - after10[0])
                .isLessThan(25L << 20); // Java's own growth; one pass lost a step is 100 MiB and more
    }
}
