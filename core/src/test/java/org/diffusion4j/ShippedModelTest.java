package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.diffusion4j.evaluate.ClassAccuracy;
import org.diffusion4j.evaluate.Classifier;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.sample.Draw;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A shipped model")
class ShippedModelTest {

    @TempDir
    private Path home;

    @ParameterizedTest
    @EnumSource
    void draws_digits_that_the_classifier_reads(ShippedModel shipped) {
        try (DiffusionModel model = Diffusion.load(shipped.folder(home));
                Classifier classifier = Classifier.mnist()) {
            Pictures digits = Pictures.drawn(model, "", Draw.of(50).with(SampleSettings.ddim(20)));
            ClassAccuracy accuracy = new ClassAccuracy(10);
            accuracy.add(
                    classifier.of(digits.pixels(0, 50)).logits(),
                    IntStream.range(0, 50).map(digits::label).toArray());
            assertThat(accuracy.total()).isGreaterThan(0.9);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"scheduler/scheduler_config.json", "diffusion4j.json"})
    void is_put_in_its_place_again_when_a_file_is_not_what_it_was(String name) throws IOException {
        Path folder = ShippedModel.MNIST.folder(home);
        Path file = folder.resolve(name);
        String right = Files.readString(file);
        Files.writeString(file, right.replace("1", "9"));
        Files.delete(folder.resolve("card.json"));

        assertThat(ShippedModel.MNIST.folder(home)).isEqualTo(folder);
        assertThat(file).hasContent(right);
        assertThat(folder.resolve("card.json")).exists();
    }

    @Test
    void is_put_in_its_place_by_many_who_ask_for_the_first_time_at_once() throws Exception {
        ExecutorService users = Executors.newFixedThreadPool(4);
        try {
            Callable<Path> ask = () -> ShippedModel.MNIST.folder(home);
            for (Future<Path> user : users.invokeAll(Collections.nCopies(8, ask))) {
                assertThat(user.get()).isEqualTo(ShippedModel.MNIST.folder(home));
            }
        } finally {
            users.shutdownNow();
        }
        assertThat(home.resolve("models"))
                .isDirectoryContaining(path -> !path.getFileName().toString().startsWith("."))
                .isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void is_found_by_its_name() {
        assertThat(ShippedModel.named("mnist-v")).contains(ShippedModel.MNIST_V);
        assertThat(ShippedModel.named("mnist-w")).isEmpty();
        assertThat(ShippedModel.nameOf(home)).isEqualTo(home.toString());
    }
}
