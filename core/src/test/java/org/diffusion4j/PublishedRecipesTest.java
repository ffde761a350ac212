package org.diffusion4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.nn.PictureConfig;
import org.diffusion4j.nn.score.ScoreUNetConfig;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.TrainResult;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A recipe of a diffusion model, its network narrowed to an eighth and its images to at most 32×32,")
class PublishedRecipesTest {

    private static final String[] SMALL = {
        "data.validation=0",
        "train.steps=10",
        "train.stages=[]",
        "train.batchSize=2",
        "train.sampleEvery=0",
        "train.checkpointEvery=0",
        "train.precision=float32",
        "sample.steps=2"
    };

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../recipes"))) {
            return files.filter(file -> file.toString().endsWith(".json") && ImageRecipe.KIND.isOne(file))
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("classifier")) // which say no kind either
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void trains_stops_goes_on_to_its_tenth_step_and_draws(String name, @TempDir Path folder) {
        ImageRecipe recipe = reduced(name);
        ImageDataset data = images(recipe.network());
        try (Training training = Training.begin(recipe, data, folder, false)) {
            TrainResult result = training.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 6) {
                        training.requestStop();
                    }
                }
            });
            assertThat(result.end()).isEqualTo(TrainResult.End.REQUESTED);
        }
        try (Training training = Training.resume(folder, data, List.of(), warning -> {})) {
            assertThat(training.step()).isEqualTo(6);
            assertThat(training.run(TrainListener.NONE).end()).isEqualTo(TrainResult.End.FINISHED);
        }
        try (DiffusionModel model = Diffusion.load(folder.resolve("model"))) {
            List<BufferedImage> drawn = model.draw(new Draw(recipe.sample(), 2, 0, List.of(), 2));
            assertThat(drawn).hasSize(2).allSatisfy(picture -> {
                assertThat(picture.getWidth()).isEqualTo(data.width());
                assertThat(picture.getColorModel().getNumColorComponents()).isEqualTo(data.channels());
            });
        }
    }

    private static ImageRecipe reduced(String name) {
        ImageRecipe read = ImageRecipe.read(Path.of("../recipes", name), List.of());
        ImageRecipe whole = read.sample().sampler().equals("ode") // which takes as many steps as its tolerances need
                ? read.with("sample.options={\"relative\": 0.5, \"absolute\": 0.5}")
                : read;
        if (whole.scoreModel() != null) {
            ImageRecipe narrow = whole.with("model.channels=8");
            return (narrow.scoreModel() instanceof ScoreUNetConfig
                            ? narrow.with("model.layersPerBlock=1", "model.multipliers=[1, 2]")
                            : narrow)
                    .with(SMALL);
        }
        UNet2DConfig model = whole.model();
        String widths = model.blockOutChannels().stream()
                .map(width -> Math.max(8, width / 8))
                .toList()
                .toString();
        return whole.with(
                        "model.blockOutChannels=" + widths,
                        "model.layersPerBlock=1",
                        "model.attentionHeadDim=8",
                        "model.normNumGroups=4",
                        "model.attnNormNumGroups=4",
                        "model.sampleSize=" + Math.min(32, model.sampleSize().get(0)))
                .with(SMALL);
    }

    /** Random bytes of the model's size, in as many classes as it has. */
    private static ImageDataset images(PictureConfig model) {
        int side = model.pictureSize().get(0);
        Random random = new Random(7);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            byte[] image = new byte[model.inChannels() * side * side];
            random.nextBytes(image);
            images.add(image);
        }
        InMemoryImages plain = InMemoryImages.ofBytes(images, model.inChannels(), side, side);
        Integer rows = model.numClassEmbeds();
        return rows == null
                ? plain
                : plain.withLabels(
                        IntStream.range(0, 8).map(i -> i % (rows - 1)).toArray(),
                        IntStream.range(0, rows - 1).mapToObj(String::valueOf).toList());
    }
}
