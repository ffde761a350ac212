package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.diffusion4j.evaluate.ClassAccuracy;
import org.diffusion4j.evaluate.Classifier;
import org.diffusion4j.evaluate.Pictures;
import org.diffusion4j.sample.DiffusionModel;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A shipped model")
class ShippedModelTest {

    @TempDir
    private Path home;

    @ParameterizedTest
    @EnumSource
    void draws_digits_that_the_classifier_reads(ShippedModel shipped) {
        try (DiffusionModel model = Diffusion.load(shipped.folder(home));
                Classifier classifier = Classifier.mnist()) {
            Pictures digits = Pictures.drawn(model, "", SampleSettings.ddim(20), 50, 0);
            ClassAccuracy accuracy = new ClassAccuracy(10);
            accuracy.add(
                    classifier.of(digits.pixels(0, 50)).logits(),
                    IntStream.range(0, 50).map(digits::label).toArray());
            assertThat(accuracy.total()).isGreaterThan(0.9);
        }
    }

    @Test
    void is_put_in_its_place_again_when_a_file_is_not_what_it_was() throws IOException {
        Path folder = ShippedModel.MNIST.folder(home);
        Path config = folder.resolve("scheduler/scheduler_config.json");
        String right = Files.readString(config);
        Files.writeString(config, right.replace("1000", "999"));
        Files.delete(folder.resolve("card.json"));

        assertThat(ShippedModel.MNIST.folder(home)).isEqualTo(folder);
        assertThat(config).hasContent(right);
        assertThat(folder.resolve("card.json")).exists();
    }

    @Test
    void is_found_by_its_name() {
        assertThat(ShippedModel.named("mnist-v")).contains(ShippedModel.MNIST_V);
        assertThat(ShippedModel.named("mnist-w")).isEmpty();
        assertThat(ShippedModel.nameOf(home)).isEqualTo(home.toString());
    }
}
