package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.score.ScoreUNet;
import org.diffusion4j.nn.score.ScoreUNetConfig;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.process.continuous.ProcessSettings.Kind;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.TimeGrid;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.ObjectiveSettings;
import org.diffusion4j.train.score.ContinuousLoss;
import org.diffusion4j.train.score.ErrorWeight;
import org.diffusion4j.train.score.LogNoiseTimes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContinuousModelTest {

    private static final int SIDE = 8;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void recipeReadsWhatItWritesAndOmitsTheChain(Kind kind) {
        ImageRecipe recipe = ImageRecipe.read(recipe(kind), List.of());
        assertThat(recipe.process())
                .isNotNull()
                .extracting(ProcessSettings::kind)
                .isEqualTo(kind);
        assertThat(recipe.toMap()).containsKey("process").doesNotContainKeys("schedule", "prediction", "variance");
        assertThat(ImageRecipe.parse(recipe.toJson(), "text", List.of())).isEqualTo(recipe);
        assertThat(ImageRecipe.defaults().toMap()).containsKey("schedule").doesNotContainKey("process");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void recipeDrawsBySamplerOfItsOwn(Kind kind) {
        ImageRecipe recipe = ImageRecipe.read(recipe(kind), List.of());
        try (DiffusionModel model = model(recipe.process())) {
            assertThat(model.plan(recipe.sample()).grid().steps())
                    .isEqualTo(recipe.sample().steps());
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void folderKeepsTheProcess(Kind kind, @TempDir Path folder) {
        ProcessSettings settings = settings(kind);
        Path at = folder.resolve("model");
        SampleSettings ode =
                SampleSettings.of("ode", 1).withOption("relative", 0.01).withOption("absolute", 0.01);
        try (DiffusionModel model = model(settings);
                Tensor before = drawn(model, ode)) {
            model.save(at, false);
            try (DiffusionModel loaded = DiffusionModel.load(at);
                    Tensor after = drawn(loaded, ode)) {
                assertThat(loaded.scheduler().continuous()).contains(settings);
                assertThat(loaded.warnings()).isEmpty();
                assertThat(Tensors.toArray(after)).isEqualTo(Tensors.toArray(before));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "VE, pc",
        "VE, em",
        "VE, langevin",
        "VP, pc",
        "VP, em",
        "VP, reverse-diffusion",
        "VP, langevin",
        "VP, ddim",
        "SUB_VP, pc",
        "SUB_VP, em",
        "EDM, edm",
        "EDM, heun",
        "EDM, dpm++-2m",
        "NCSN, langevin",
        "NCSN, pc"
    })
    void samplersOfContinuousTimeDraw(Kind kind, String sampler) {
        try (DiffusionModel model = model(settings(kind));
                Tensor x0 = drawn(model, SampleSettings.of(sampler, 4))) {
            for (double value : Tensors.toArray(x0)) {
                assertThat(value).isFinite();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void gridGoesFromPriorToClean(Kind kind) {
        ProcessSettings settings = settings(kind);
        ContinuousProcess process = settings.process();
        TimeGrid grid = settings.grid(5);
        assertThat(grid.time(0)).isCloseTo(process.lastTime(), within(1e-9));
        assertThat(grid.time(4)).isCloseTo(process.firstTime(), within(1e-9));
        assertThat(process.sigma(grid.next(4))).isZero();
        assertThat(settings.grid(1).time(0)).isCloseTo(process.lastTime(), within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"VE, 50", "VP, 1", "SUB_VP, 1", "EDM, 80", "FLOW, 1", "NCSN, 50"})
    void noiseBeginsAsLargeAsThePrior(Kind kind, double deviation) {
        SchedulerConfig scheduler = SchedulerConfig.continuous(settings(kind));
        assertThat(scheduler.startScale(scheduler.grid(3))).isCloseTo(deviation, within(1e-9));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void lossIsThatOfItsProcess(Kind kind) {
        try (DiffusionModel model = model(settings(kind));
                PointerScope scope = new PointerScope()) {
            Loss loss = ImageTraining.loss(model, ReverseVariance.FIXED_SMALL, ObjectiveSettings.simple());
            NoiseStream noise = new SeededNoise(3, 0);
            Tensor x0 = model.start(2, noise);
            Tensor eps = noise.draw(1, x0);
            double t = loss.timeAt(0.5);
            double[] losses = Tensors.toArray(loss.of(x0, Condition.NONE, new double[] {t, t}, eps));
            Tensor target =
                    model.scheduler().meaning().prediction().target(x0, eps, NoiseLevel.at(model.forwardProcess(), t));
            Tensor found = model.network()
                    .forward(
                            model.scheduler()
                                    .meaning()
                                    .prediction()
                                    .input(
                                            NoiseLevel.at(model.forwardProcess(), t)
                                                    .noised(x0, eps),
                                            NoiseLevel.at(model.forwardProcess(), t)),
                            Tensors.of(new double[] {
                                        model.forwardProcess().networkTime(t),
                                        model.forwardProcess().networkTime(t)
                                    })
                                    .to(x0),
                            Condition.NONE);
            double[] expected = Tensors.toArray(found.sub(target).square());
            double mean = 0;
            for (int i = 0; i < SIDE * SIDE; i++) {
                mean += expected[i] / (SIDE * SIDE);
            }
            assertThat(losses[0]).isCloseTo(mean, within(1e-4 * Math.max(1, mean)));
        }
    }

    @Test
    void aScoreModelWithoutItsSigmaIsRefused() {
        Map<String, Object> keys = Map.of("_class_name", "ContinuousTimeScheduler", "process", "ve", "sigma_min", 0.01);
        assertThatThrownBy(() -> SchedulerConfig.fromMap(keys, "scheduler_config.json"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("a model of ve needs 'sigma_max', which is missing");
    }

    @Test
    void whatNeedsAChainIsRefused() {
        try (DiffusionModel model = model(settings(Kind.VE))) {
            assertThatThrownBy(model::process)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the model is in continuous time (ve)");
            assertThatThrownBy(() -> model.plan(SampleSettings.of("ddpm", 10)))
                    .hasMessageContaining("take pc, em, ode");
            assertThatThrownBy(() -> model.plan(SampleSettings.of("em", 3).withSpacing("timesteps:9,5,0")))
                    .hasMessageContaining("omit timesteps:9,5,0");
            assertThatThrownBy(() -> model.plan(SampleSettings.of("DDIMScheduler", 3)))
                    .hasMessageContaining("ContinuousTimeScheduler");
            assertThatThrownBy(() -> model.with(SchedulerConfig.ddpm())).hasMessageContaining("chain of timesteps");
        }
    }

    @Test
    void nonsenseInRecipesIsRefused() {
        assertThatThrownBy(() -> parse("{\"process\": {\"kind\": \"vq\"}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("vq");
        assertThatThrownBy(() -> parse("{\"process\": {\"kind\": \"vp\", \"sigmaMax\": 3}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("process vp has no sigmaMax: omit it");
        assertThatThrownBy(() -> parse("{\"process\": {\"kind\": \"ve\", \"sigmaMin\": 60}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("sigmaMin < sigmaMax");
        assertThatThrownBy(() -> parse("{\"process\": {\"kind\": \"flow\"}, \"prediction\": \"v\"}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("process flow has its own prediction");
        assertThatThrownBy(() ->
                        parse("{\"process\": {\"kind\": \"flow\"}, \"train\": {\"objective\": {\"loss\": \"vlb\"}}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("process flow has no loss weighted by the likelihood");
        assertThatThrownBy(() -> parse(
                        "{\"process\": {\"kind\": \"ve\"}, \"train\": {\"objective\": {\"loss\": \"vlb-mean\"}}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("the loss 'vlb-mean' is for a chain of timesteps, and process ve has simple");
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, mode = EnumSource.Mode.EXCLUDE, names = "FLOW")
    void recipeWeighsTheLossByTheLikelihood(Kind kind) {
        ImageRecipe recipe = ImageRecipe.read(recipe(kind), List.of("train.objective.loss=vlb"));
        assertThat(ImageRecipe.parse(recipe.toJson(), "text", List.of())).isEqualTo(recipe);
        try (DiffusionModel model = model(settings(kind))) {
            Loss loss = ImageTraining.loss(
                    model, ReverseVariance.FIXED_SMALL, recipe.train().objective());
            assertThat(loss).isInstanceOfSatisfying(ContinuousLoss.class, found -> {
                assertThat(found.weight()).isEqualTo(ErrorWeight.LIKELIHOOD);
                assertThat(found.sampler()).isInstanceOf(LogNoiseTimes.class);
            });
        }
    }

    /** A flow begins without any signal: who divides by alpha refuses it, and says what to take. */
    @ParameterizedTest
    @ValueSource(strings = {"heun", "edm", "euler", "plms", "pndm", "langevin", "em"})
    void flowIsRefusedByWhatNeedsSignal(String sampler) {
        try (DiffusionModel model = model(settings(Kind.FLOW))) {
            assertThatThrownBy(() -> drawn(model, SampleSettings.of(sampler, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("(?s).*(alpha|signal).*take .*ode.*");
        }
    }

    /** The solver chooses its times, so that the number of steps says nothing. */
    @Test
    void odeDrawsTheSameInAnyNumberOfSteps() {
        try (DiffusionModel model = model(settings(Kind.FLOW));
                Tensor one = drawn(model, SampleSettings.of("ode", 1));
                Tensor three = drawn(model, SampleSettings.of("ode", 3))) {
            assertThat(Tensors.toArray(one)).isEqualTo(Tensors.toArray(three));
        }
    }

    @Test
    void aNetworkOfScoreModelsTrainsByRecipeAndIsReadAgain(@TempDir Path folder) {
        String json =
                "{\"model\": {\"class\": \"ScoreUNet\", \"sampleSize\": 8, \"inChannels\": 1, \"outChannels\": 1, \"channels\": 8,"
                        + " \"multipliers\": [1, 2], \"layersPerBlock\": 1, \"attentionSizes\": [4]},"
                        + " \"process\": {\"kind\": \"ve\", \"time\": \"authors\"}, \"sample\": {\"sampler\": \"em\", \"steps\": 2}}";
        ImageRecipe recipe = parse(json);
        assertThat(parse(recipe.toJson())).isEqualTo(recipe);
        assertThat(recipe.with("model.channels=16").scoreModel())
                .isEqualTo(((ScoreUNetConfig) recipe.network()).withChannels(16));
        InMemoryImages data = InMemoryImages.ofBytes(List.of(new byte[64], new byte[64]), 1, 8, 8);
        Path at = folder.resolve("model");
        SampleSettings em = SampleSettings.of("em", 2);
        try (DiffusionModel model = recipe.newModel(data)) {
            assertThat(model.forwardProcess().networkTime(1)).as("sigma").isCloseTo(50, within(1e-9));
            model.save(at, false);
            try (Tensor before = drawn(model, em);
                    DiffusionModel loaded = DiffusionModel.load(at);
                    Tensor after = drawn(loaded, em)) {
                assertThat(loaded.network()).isInstanceOf(ScoreUNet.class);
                assertThat(loaded.network().config()).isEqualTo(recipe.scoreModel());
                assertThat(loaded.scheduler().continuous()).contains(recipe.process());
                assertThat(Tensors.toArray(after)).isEqualTo(Tensors.toArray(before));
            }
        }
    }

    @Test
    void aRefineNetIsReadAgainAndNeedsItsOwnLevels(@TempDir Path folder) {
        ImageRecipe recipe =
                parse("{\"model\": {\"class\": \"RefineNet\", \"sampleSize\": 8, \"imageChannels\": 1, \"channels\": 4,"
                        + " \"levels\": {\"largest\": 2, \"smallest\": 0.02, \"count\": 5}},"
                        + " \"process\": {\"kind\": \"ncsn\", \"sigmaMax\": 2, \"sigmaMin\": 0.02, \"levels\": 5},"
                        + " \"sample\": {\"sampler\": \"langevin\", \"steps\": 5},"
                        + " \"train\": {\"precision\": \"float32\"}}");
        assertThat(parse(recipe.toJson())).isEqualTo(recipe);
        InMemoryImages data = InMemoryImages.ofBytes(List.of(new byte[64]), 1, 8, 8);
        Path at = folder.resolve("model");
        try (DiffusionModel model = recipe.newModel(data)) {
            model.save(at, false);
            try (Tensor before = drawn(model, recipe.sample());
                    DiffusionModel loaded = DiffusionModel.load(at);
                    Tensor after = drawn(loaded, recipe.sample())) {
                assertThat(loaded.network().config()).isEqualTo(recipe.network());
                assertThat(Tensors.toArray(after)).isEqualTo(Tensors.toArray(before));
            }
        }
        assertThatThrownBy(() -> recipe.with("process.levels=10"))
                .hasMessageContaining(
                        "a RefineNet knows its noise levels, 5 from 2.0 to 0.02: set process.kind=ncsn with the"
                                + " same levels, sigmaMax and sigmaMin");
    }

    @Test
    void aNetworkThatIsNotKnownIsRefused() {
        assertThatThrownBy(() -> parse("{\"model\": {\"class\": \"ScoreNet\"}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("'model.class': there is no network 'ScoreNet'; did you mean 'ScoreUNet'?");
        assertThatThrownBy(() -> parse("{\"model\": {\"class\": \"ScoreUNet\", \"blockOutChannels\": [8]}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("blockOutChannels");
        assertThatThrownBy(() -> parse("{\"process\": {\"kind\": \"vp\", \"time\": \"authors\"}}"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("process vp has no time: omit it");
    }

    private static ImageRecipe parse(String json) {
        return ImageRecipe.parse(json, "text", List.of());
    }

    private static Path recipe(Kind kind) {
        return Path.of("../recipes/" + kind + "-mnist.json");
    }

    private static ProcessSettings settings(Kind kind) {
        return ProcessSettings.of(kind);
    }

    private static DiffusionModel model(ProcessSettings settings) {
        return TinyModel.of(SIDE, 1, SchedulerConfig.continuous(settings));
    }

    private static Tensor drawn(DiffusionModel model, SampleSettings settings) {
        return model.sample(settings, 2, List.of(), new SeededNoise(7, 0), SampleListener.NONE);
    }
}
