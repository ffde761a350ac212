package example.yourdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.evaluate.FeatureMoments;
import org.diffusion4j.evaluate.FrechetDistance;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.train.OneThread;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.TrainResult;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneThread.class) // operations this small only wait for a second one
@DisplayName("A kind of data of one's own: points in the plane")
class YourOwnDataTest {

    private static final int SAMPLES = 2000;

    private static final int STEPS = 40;

    /** Of the mixture's mass right of x = 0.3: 0.5·Φ(2.8) + 0.3·Φ(−3.6) + 0.2·Φ(−3.2). */
    private static final double SHARE = 0.49891;

    private static final double[][] DATA = Points.draw(10_000, 0);

    @TempDir
    private static Path trained;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() {
        train(trained, PointsRecipe.defaults());
    }

    private static TrainResult train(Path folder, PointsRecipe recipe) {
        // region: run
        Points points =
                new Points(DATA, recipe.train().batchSize(), recipe.train().seed());
        return PointsModel.train(RunFolder.create(folder, recipe, false), points, TrainListener.NONE);
        // end
    }

    private static Points points(PointsRecipe recipe) {
        return new Points(DATA, recipe.train().batchSize(), recipe.train().seed());
    }

    private static double[] flat(double[][] points) {
        return Arrays.stream(points).flatMapToDouble(Arrays::stream).toArray();
    }

    static Stream<Samplers.Entry> samplers() {
        return Samplers.all().stream();
    }

    /** What a shift of all points by 0.2 makes, less than the width of a Gaussian. */
    private static final double NEAR = 0.2 * 0.2;

    /** Goes to the mean of all points that x_t may have come from, unless the network was distilled to know better. */
    private static final String FOR_DISTILLED_MODELS = "lcm";

    @ParameterizedTest
    @MethodSource("samplers")
    void is_drawn_by_every_sampler(Samplers.Entry entry) {
        SampleSettings settings = SampleSettings.of(entry.name(), STEPS);
        if (entry.name().equals("pc")) { // the score of one point in the plane is no measure of a step
            settings = settings.withOption("corrector", "ald");
        }
        double[] drawn = draw(trained, entry.make().apply(settings), STEPS);
        double[] real = flat(Points.draw(SAMPLES, 1));
        double distance;
        // region: evaluate
        try (PointerScope scope = new PointerScope();
                FeatureMoments ofDrawn = FeatureMoments.of(Tensors.of(drawn, SAMPLES, 2));
                FeatureMoments ofReal = FeatureMoments.of(Tensors.of(real, SAMPLES, 2))) {
            distance = FrechetDistance.of(ofDrawn, ofReal);
        }
        // end
        assertThat(distance).isLessThan(entry.name().equals(FOR_DISTILLED_MODELS) ? 4 * NEAR : NEAR);
    }

    private static double[] draw(Path run, Sampler sampler, int steps) {
        // region: draw
        try (PointsModel model = PointsModel.load(run.resolve("model"))) {
            return model.sample(sampler, steps, SAMPLES, 7);
        }
        // end
    }

    @Test
    void is_drawn_by_a_sampler_of_ones_own_with_the_moments_of_the_data() {
        // region: named
        Sampler byName = SampleSettings.of("refreshing", STEPS)
                .withOption("strength", 0.2)
                .withSpacing("halving")
                .make();
        // end
        assertThat(byName).isEqualTo(new Refreshing(0.2));
        assertThat(SampleSettings.of("refreshing", 5)
                        .withSpacing("halving")
                        .grid(new DiscreteProcess(BetaSchedule.ddpm().table()))
                        .times())
                .containsExactly(999, 499, 249, 124, 62);

        double[] drawn = draw(trained, new Refreshing(0.2), 250);
        requireMean("x", drawn, x -> x[0], 0.22);
        requireMean("y", drawn, x -> x[1], 0.04);
        requireMean("x²", drawn, x -> x[0] * x[0], 0.658 + 0.25 * 0.25);
        requireMean("y²", drawn, x -> x[1] * x[1], 0.392 + 0.25 * 0.25);
        requireMean("xy", drawn, x -> x[0] * x[1], -0.044);
        requireMean("share of the first", drawn, x -> x[0] > 0.3 ? 1 : 0, SHARE);
    }

    /** Five standard errors. */
    private static void requireMean(String what, double[] points, ToDoubleFunction<double[]> of, double expected) {
        DoubleSummaryStatistics values = new DoubleSummaryStatistics();
        double squares = 0;
        for (int i = 0; i < SAMPLES; i++) {
            double value = of.applyAsDouble(new double[] {points[2 * i], points[2 * i + 1]});
            values.accept(value);
            squares += value * value / SAMPLES;
        }
        double mean = values.getAverage();
        assertThat(mean).as(what).isCloseTo(expected, within(5 * Math.sqrt((squares - mean * mean) / SAMPLES)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"huber=0.5", "lion=true"})
    void learns_by_a_loss_and_an_optimizer_of_ones_own(String change) {
        List<Double> losses = new ArrayList<>();
        PointsRecipe recipe = PointsRecipe.with(change, "train.steps=150", "train.learningRate=2e-3");
        PointsModel.train(RunFolder.create(folder, recipe, false), points(recipe), new TrainListener() {
            @Override
            public void onStep(Step step) {
                losses.add(step.loss());
            }
        });
        assertThat(mean(losses.subList(130, 150))).isLessThan(0.75 * losses.get(0));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"train.objective.times=loss-second-moment", "huber=0.5", "lion=true"})
    void goes_on_bit_for_bit_where_it_was_interrupted(String change) throws IOException {
        PointsRecipe recipe = PointsRecipe.with(change, "train.steps=12", "train.checkpointEvery=5");
        Points points = points(recipe);
        Path whole = folder.resolve("whole");
        Path resumed = folder.resolve("resumed");
        train(whole, recipe);

        TrainListener failing = new TrainListener() {
            @Override
            public void onStep(Step step) {
                if (step.step() == 8) {
                    throw new IllegalStateException("the power failed");
                }
            }
        };
        assertThatThrownBy(() -> PointsModel.train(RunFolder.create(resumed, recipe, false), points, failing))
                .hasMessage("the power failed");
        // region: resume
        PointsModel.train(RunFolder.resume(resumed, PointsRecipe::read), points, TrainListener.NONE);
        // end

        List<Path> files = files(whole);
        assertThat(files(resumed)).isEqualTo(files);
        assertThat(files).hasSizeGreaterThan(10);
        for (Path file : files) {
            assertThat(resumed.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    /** All but the event files, which have times in them. */
    private static List<Path> files(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            return files.filter(Files::isRegularFile)
                    .map(run::relativize)
                    .filter(file -> !file.toString().startsWith("events"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void does_not_go_on_by_another_recipe() {
        train(folder, PointsRecipe.with("train.steps=2"));
        Points points = new Points(DATA, 32, 0);

        assertThatThrownBy(() -> PointsModel.train(
                        RunFolder.resume(folder, file -> PointsRecipe.with("train.steps=4", "train.batchSize=32")),
                        points,
                        TrainListener.NONE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("train.batchSize");
    }

    @Test
    void has_a_network_that_refuses_conditions_and_use_after_closing() {
        PointsNetwork network = new PointsNetwork(4, 0);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.zeros(3, 2);
            Tensor t = torch.zeros(3);
            assertThatThrownBy(() -> network.forward(x, t, Condition.ofClasses(t)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the network takes no condition, but was given 'classes'");
            network.close();
            assertThatThrownBy(() -> network.forward(x, t, Condition.NONE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the network is closed; load or make it again to use it");
        }
    }

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"../docs/your-own-data.md", "../docs/your-own-data.zh.md"})
    void is_explained_on_a_page_whose_code_stands_here_word_for_word(String page) throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("src/test/java/example/yourdata"))) {
            for (Path file : files.sorted().toList()) {
                sources.append(withoutIndent(Files.readString(file)));
            }
        }
        List<String> shown = JAVA.matcher(Files.readString(Path.of(page)))
                .results()
                .map(block -> withoutIndent(block.group(1)))
                .toList();
        assertThat(shown)
                .hasSizeGreaterThan(8)
                .allSatisfy(block -> assertThat(sources.toString()).contains(block));
    }

    private static String withoutIndent(String text) {
        return text.replaceAll("(?m)^ +", "");
    }
}
