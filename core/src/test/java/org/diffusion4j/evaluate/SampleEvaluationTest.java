package org.diffusion4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.Subset;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.image.measure.InceptionNetwork;
import org.diffusion4j.io.ModelsJar;
import org.diffusion4j.nn.vision.Features;
import org.diffusion4j.nn.vision.InceptionInput;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Evaluation of samples")
class SampleEvaluationTest {

    private static final ImageDataset GLYPHS = Datasets.open("glyphs", DataSplit.TRAIN, ReadOptions.DEFAULT);

    @TempDir
    private Path cache;

    private static ImageDataset glyphs(int first, int end) {
        return new Subset(GLYPHS, IntStream.range(first, end).toArray());
    }

    /** Every third of 900, so that all parts are alike. */
    private static Pictures third(int first) {
        return Pictures.of(new Subset(
                GLYPHS, IntStream.range(0, 300).map(i -> 3 * i + first).toArray()));
    }

    @Test
    void of_the_reference_itself_finds_nothing_to_criticise() {
        Pictures pictures = Pictures.of(glyphs(0, 200));
        try (FeatureNetwork network = Classifier.mnist();
                SampleEvaluation evaluation = SampleEvaluation.of(
                        new FeatureCache(network, cache, 64), pictures, pictures, null, (what, done, total) -> {})) {
            assertThat(evaluation.figures(SampleMetric.FID).get("fid").value()).isLessThan(1e-3);
            assertThat(evaluation.figures(SampleMetric.PR))
                    .allSatisfy((name, figure) -> assertThat(figure.value()).isEqualTo(1));
            assertThat(evaluation.figures(SampleMetric.IS).get("is").value()).isBetween(1.0, 10.0);
            assertThat(evaluation.figures(SampleMetric.ACCURACY)).hasSize(11);
        }
    }

    @Test
    void gives_the_floor_as_what_real_pictures_of_the_other_part_score() {
        Pictures part = Pictures.of(glyphs(900, 1050));
        try (FeatureNetwork network = Classifier.mnist();
                SampleEvaluation evaluation = SampleEvaluation.of(
                        new FeatureCache(network, cache, 100), part, third(0), third(1), (what, done, total) -> {})) {
            SampleEvaluation.Figure fid = evaluation.figures(SampleMetric.FID).get("fid");
            assertThat(fid.floor().std()).isPositive();
            assertThat(fid.value()).isCloseTo(fid.floor().mean(), within(0.5 * fid.value())); // both are real
        }
    }

    @Test
    void is_cancelled_between_pieces() {
        Cancellation cancellation = new Cancellation();
        try (CountingNetwork network = new CountingNetwork();
                Cancellation.Scope scope = cancellation.open()) {
            FeatureCache sight = new FeatureCache(network, cache, 10);
            assertThatThrownBy(() -> sight.of(Pictures.of(glyphs(0, 50)), (done, total) -> cancellation.cancel()))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("the work was cancelled");
            assertThat(network.seen).isEqualTo(10);
        }
    }

    @Test
    void says_what_to_lower_when_memory_is_too_little_for_a_piece() {
        try (CountingNetwork network = new CountingNetwork()) {
            network.failure = new IllegalStateException("DefaultCPUAllocator: can't allocate memory");
            assertThatThrownBy(() ->
                            new FeatureCache(network, cache, 10).of(Pictures.of(glyphs(0, 50)), (done, total) -> {}))
                    .isInstanceOf(OutOfNativeMemoryException.class)
                    .hasMessage("there is not enough memory: lower the batch size (--batch-size), 10");
        }
    }

    @Test
    void refuses_a_classifier_that_is_closed_by_name() {
        FeatureNetwork network = Classifier.mnist();
        network.close();
        network.close();
        try (PointerScope scope = new PointerScope()) {
            Tensor pixels = Pictures.of(glyphs(0, 1)).pixels(0, 1);
            assertThatThrownBy(() -> network.of(pixels))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the classifier is closed");
        }
    }

    @Test
    void looks_at_no_picture_twice_when_it_was_stopped_and_begun_again() {
        Pictures pictures = Pictures.of(glyphs(0, 50));
        try (CountingNetwork network = new CountingNetwork()) {
            FeatureCache sight = new FeatureCache(network, cache, 20);
            assertThatThrownBy(() -> sight.of(pictures, (done, total) -> {
                        throw new IllegalStateException("stopped at " + done);
                    }))
                    .hasMessage("stopped at 20");
            sight.of(pictures, (done, total) -> {}).close();
            assertThat(network.calls).isEqualTo(3);
            double seconds = sight.secondsToMake(pictures);
            assertThat(seconds).isPositive();
            sight.of(pictures, (done, total) -> {}).close();
            assertThat(network.calls).isEqualTo(3);
            assertThat(sight.secondsToMake(pictures)).as("those of all runs").isEqualTo(seconds);
        }
    }

    @Test
    void measures_where_things_are_by_the_spatial_features_alone() {
        try (PointerScope scope = new PointerScope()) {
            Features one = new Features(torch.randn(50, 3), torch.randn(50, 2), torch.randn(50, 5));
            Features other =
                    new Features(one.vectors(), one.logits(), torch.randn(60, 5).add(new Scalar(2)));
            Reference reference = new Reference(other);
            double sfid = SampleMetric.SFID
                    .of(new MetricInput(one, new int[0], reference))
                    .get("sfid");
            Features moved = new Features(one.spatial(), one.logits(), null);
            Reference asVectors = new Reference(new Features(other.spatial(), other.logits(), null));
            MetricInput asFid = new MetricInput(moved, new int[0], asVectors);
            assertThat(SampleMetric.FID.of(asFid).get("fid")).isEqualTo(sfid).isGreaterThan(10);
            assertThatThrownBy(() -> SampleMetric.SFID.of(asFid))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("sfid needs a network that says what is where");
        }
    }

    @Test
    void reads_a_classifier_as_it_was_written() throws IOException {
        Path copy = cache.resolve("copy.safetensors");
        Files.write(copy, ModelsJar.bytes("mnist-classifier.safetensors"));
        try (PointerScope scope = new PointerScope();
                Classifier shipped = Classifier.mnist();
                Classifier read = Classifier.read(copy)) {
            Tensor pixels = Pictures.of(GLYPHS).pixels(0, 3);
            assertThat(Comparison.values(read.of(pixels).logits()))
                    .containsExactly(Comparison.values(shipped.of(pixels).logits()));
            assertThat(read.labels()).hasSize(10).startsWith("0", "1");
            assertThat(read.name()).matches("copy [0-9a-f]{12}");
            assertThat(shipped.name()).matches("mnist-classifier [0-9a-f]{12}");
        }
    }

    @Test
    void says_where_the_weights_of_inception_are_to_be_had() {
        assertThatThrownBy(() -> new InceptionNetwork(cache.resolve("inception.pth"), InceptionInput.TENSORFLOW))
                .isInstanceOf(DiffusionException.class)
                .hasMessageContaining(
                        "there is no such file; the weights of FID's Inception network are published at https://")
                .hasMessageContaining("pt_inception-2015-12-05-6726825d.pth");
    }

    @Test
    void refuses_the_accuracy_of_pictures_without_classes() {
        try (PointerScope scope = new PointerScope();
                Classifier network = Classifier.mnist()) {
            Features features = network.of(Pictures.of(GLYPHS).pixels(0, 3));
            assertThatThrownBy(() ->
                            SampleMetric.ACCURACY.of(new MetricInput(features, new int[0], new Reference(features))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("accuracy is for pictures that have classes, these have none");
        }
    }
}
