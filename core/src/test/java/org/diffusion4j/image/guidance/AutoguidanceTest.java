package org.diffusion4j.image.guidance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.image.TinyModel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.GuidanceInterval;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.OneThread;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("Guidance by a worse model")
class AutoguidanceTest {

    private static final int SIDE = 8;
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Draw DRAW = Draw.of(5).with(SampleSettings.ddim(4).withGuidance(2));

    @Test
    void is_the_guide_at_scale_zero_and_leads_away_from_it_beyond_one() {
        try (DiffusionModel model = shaken(0);
                DiffusionModel worse = shaken(1)) {
            Autoguidance by = new Autoguidance(worse);
            SampleSettings settings =
                    SampleSettings.of("euler", 4); // limits no x0, of which guidance takes another eps
            List<Integer> guide = pixels(worse.draw(DRAW.with(settings)));
            List<Integer> alone = pixels(model.draw(DRAW.with(settings)));
            assertThat(pixels(by.draw(model, DRAW.with(settings.withGuidance(0)), (first, step) -> {})))
                    .isEqualTo(guide)
                    .isNotEqualTo(alone);
            assertThat(pixels(by.draw(model, DRAW.with(settings.withGuidance(3)), (first, step) -> {})))
                    .isNotEqualTo(guide)
                    .isNotEqualTo(alone);
            SampleSettings nowhere = settings.withGuidance(3).withGuidanceInterval(new GuidanceInterval(1e8, 1e9));
            assertThat(pixels(by.draw(model, DRAW.with(nowhere), (first, step) -> {})))
                    .isEqualTo(alone);
        }
    }

    /** New networks answer zero, and so does guidance of them. */
    private static DiffusionModel shaken(long seed) {
        DiffusionModel model = TinyModel.of(SIDE, seed);
        try (PointerScope scope = new PointerScope()) {
            Tensor values = model.network().parameters().values();
            torch.manual_seed(seed);
            values.add_(torch.randn_like(values).mul_(new Scalar(0.2)));
        }
        return model;
    }

    @Test
    void draws_a_sample_alike_in_every_batch() {
        try (DiffusionModel model = shaken(0);
                DiffusionModel worse = shaken(1)) {
            Autoguidance by = new Autoguidance(worse);
            List<Integer> whole = pixels(by.draw(model, DRAW, (first, step) -> {}));
            List<Integer> single = pixels(by.draw(model, DRAW.withBatchSize(1), (first, step) -> {}));
            int largest = IntStream.range(0, whole.size())
                    .map(i -> Math.abs(whole.get(i) - single.get(i)))
                    .max()
                    .orElseThrow();
            assertThat(largest).isLessThanOrEqualTo(1); // where the last bits of a sum lie next to a grey level
        }
    }

    @Test
    void refuses_a_guide_that_is_no_version_of_the_model_in_one_line() {
        SchedulerConfig cosine = SchedulerConfig.ddpm(
                BetaSchedule.cosine(1000), new OutputMeaning(Prediction.EPS, null), ReverseVariance.FIXED_SMALL);
        try (DiffusionModel model = TinyModel.of(SIDE, 0);
                DiffusionModel large = TinyModel.of(16, 0);
                DiffusionModel digits = DiffusionModel.load(ShippedModel.MNIST.folder());
                DiffusionModel other = TinyModel.of(28, 0);
                DiffusionModel curved = TinyModel.of(SIDE, 0, cosine)) {
            assertThatThrownBy(() -> new Autoguidance(large).requireFits(model))
                    .hasMessage("the guide draws pictures of size [16] with 1 channels, the model of [8] with 1;"
                            + " take a guide that was trained on the model's data");
            assertThatThrownBy(() -> new Autoguidance(digits).requireFits(other))
                    .hasMessage("the guide knows 10 classes, the model 0;"
                            + " take a guide that was trained on the model's data");
            assertThatThrownBy(() -> new Autoguidance(curved).requireFits(model))
                    .hasMessageStartingWith("the guide was trained in another noise schedule (1000 steps)");
            assertThatThrownBy(() ->
                            new Autoguidance(model).draw(model, DRAW.with(SampleSettings.ddim(4)), (first, step) -> {}))
                    .hasMessage("a guide changes nothing at guidance 1: set another scale, such as 2");
        }
    }

    private static List<BufferedImage> limited(Path folder) {
        List<BufferedImage> threes;
        // region: limited
        try (DiffusionModel model = DiffusionModel.load(folder)) {
            SampleSettings settings = SampleSettings.ddim(20)
                    .withGuidance(3)
                    .withRescale(0.7)
                    .withGuidanceInterval(new GuidanceInterval(0.3, 5));
            threes = model.draw(Draw.of(16).withLabels(3).with(settings));
        }
        // end
        return threes;
    }

    private static List<BufferedImage> guided(Path folder, Path worse) {
        List<BufferedImage> pictures;
        // region: guided
        try (DiffusionModel model = DiffusionModel.load(folder);
                DiffusionModel guide = DiffusionModel.load(worse)) {
            Draw draw = Draw.of(16).with(SampleSettings.ddim(20).withGuidance(2));
            pictures = new Autoguidance(guide).draw(model, draw, (first, step) -> {});
        }
        // end
        return pictures;
    }

    private static List<BufferedImage> classified(Path folder, Path trained) {
        List<BufferedImage> threes;
        // region: classified
        try (DiffusionModel model = DiffusionModel.load(folder);
                NoisyClassifier classifier = NoisyClassifier.load(trained)) {
            threes = classifier.draw(model, Draw.of(16).withLabels(3), 2, (first, step) -> {});
        }
        // end
        return threes;
    }

    @Test
    void draws_as_the_examples_of_the_page_do() {
        Path folder = ShippedModel.MNIST.folder();
        assertThat(limited(folder)).hasSize(16);
        assertThat(guided(folder, folder)).hasSize(16);
        assertThatThrownBy(() -> classified(folder, folder))
                .hasMessageContaining("is not a classifier of noisy pictures");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../docs/guidance.md", "../docs/guidance.zh.md"})
    void examples_stand_here_word_for_word(String page) throws IOException {
        String here = withoutIndent(
                Files.readString(Path.of("src/test/java/org/diffusion4j/image/guidance/AutoguidanceTest.java")));
        List<String> shown = JAVA.matcher(Files.readString(Path.of(page)))
                .results()
                .map(block -> withoutIndent(block.group(1)))
                .toList();
        assertThat(shown).hasSize(3).allSatisfy(block -> assertThat(here).contains(block));
    }

    private static String withoutIndent(String text) {
        return text.replaceAll("(?m)^ +", "");
    }

    private static List<Integer> pixels(List<BufferedImage> pictures) {
        return pictures.stream()
                .flatMap(picture -> IntStream.range(0, SIDE * SIDE)
                        .mapToObj(i -> picture.getRaster().getSample(i % SIDE, i / SIDE, 0)))
                .toList();
    }
}
