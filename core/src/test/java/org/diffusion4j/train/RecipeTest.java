package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.guidance.NoisyClassifierRecipe;
import org.diffusion4j.io.Json;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.series.SeriesRecipe;
import org.diffusion4j.text.TextRecipe;
import org.diffusion4j.text.control.ControlRecipe;
import org.diffusion4j.train.optimizer.OptimizerSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("ImageRecipe")
class RecipeTest {

    private static final Path RECIPES = Path.of("../recipes");

    static List<Path> published() throws IOException {
        try (Stream<Path> files = Files.list(RECIPES)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .filter(file -> !file.getFileName().toString().startsWith("classifier-"))
                    .filter(file -> "image".equals(Json.readObject(file).getOrDefault("kind", "image")))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("published")
    void of_ours_is_valid_and_named_like_its_file(Path file) {
        ImageRecipe recipe = ImageRecipe.read(file, List.of());
        assertThat(file.getFileName()).hasToString(recipe.name() + ".json");
        assertThat(recipe.comment()).isNotBlank();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"ddpm-cifar10, 35746307", "ddpm-celebahq256, 113673219"
    }) // google/ddpm-cifar10-32, google/ddpm-celebahq-256
    void has_the_network_that_was_published(String name, long parameters) {
        ImageRecipe recipe = ImageRecipe.read(RECIPES.resolve(name + ".json"), List.of());
        try (UNet2D network = new UNet2D(recipe.model(), 0)) {
            assertThat(network.parameters().count()).isEqualTo(parameters);
        }
    }

    @Test
    void is_what_was_written_after_reading(@TempDir Path temp) throws IOException {
        Path file = temp.resolve("recipe.json");
        ImageRecipe recipe = Tiny.recipe();
        Files.writeString(file, org.diffusion4j.io.Json.pretty(recipe.toMap()));
        assertThat(ImageRecipe.read(file, List.of())).isEqualTo(recipe);
    }

    @Test
    void takes_assignments_of_numbers_lists_and_texts() {
        ImageRecipe recipe = Tiny.recipe(
                "train.batchSize=64",
                "model.blockOutChannels=[16]",
                "data.source=a folder",
                "train.optimizer.kind=adamw");
        assertThat(recipe.train().batchSize()).isEqualTo(64);
        assertThat(recipe.model().blockOutChannels()).containsExactly(16);
        assertThat(recipe.data().source()).isEqualTo("a folder");
        assertThat(recipe.train().optimizer().kind()).isEqualTo(OptimizerSettings.Kind.ADAMW);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "train.batchsise=3 | key 'train.batchsise' is not known; did you mean 'batchSize'?",
                "train.batchSize=many | 'train.batchSize' must be an integer, was the text many",
                "train.batchSize=0 | train.batchSize must be at least 1, was 0",
                "train.sampleCount=-1 | train.sampleCount must be at least 0, was -1",
                "train.streams=-1 | train.streams must be at least 0, was -1",
                "train.precision=bf61 | 'train.precision': there is no precision 'bf61'; did you mean 'bf16'?",
                "train.optimizer.kind=adamm | there is no kind 'adamm'; did you mean 'adam'?",
                "train.objective.loss=hybird | there is no loss 'hybird'; did you mean 'hybrid'?",
                "train.objective.times=antithetik | there is no times 'antithetik'; did you mean 'antithetic'?",
                "train.objective.loss=hybrid | the loss 'hybrid' is for a learned variance; set variance=learned-range",
                "variance=learned-range | the loss 'simple' would leave the variance unlearned; take hybrid",
                "prediction=noise | there is no prediction 'noise'",
                "train.steps.x=1 | 'train.steps.x=1': 'steps' is the number 6, an object was expected",
                "batchSize | 'batchSize' is not of the form path=value, such as train.batchSize=64",
            })
    void refuses_an_assignment_and_says_what_would_do(String assignment, String message) {
        assertThatThrownBy(() -> Tiny.recipe(assignment))
                .isInstanceOfAny(FormatException.class, IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void is_the_same_training_under_another_name_or_for_more_steps_but_not_at_another_rate() {
        Map<String, Object> determining = Tiny.recipe().determining(6);
        assertThat(Tiny.recipe("name=other", "train.steps=99", "train.keep=1", "train.sampleCount=0", "data.source=x")
                        .determining(6))
                .isEqualTo(determining);
        assertThat(Tiny.recipe("train.learningRate=1").determining(6)).isNotEqualTo(determining);
        assertThat(Tiny.recipe("train.decayTo=0", "train.steps=9").determining(6))
                .as("the learning rate depends on the number of steps")
                .isNotEqualTo(Tiny.recipe("train.decayTo=0").determining(6));
    }

    @Test
    void is_the_same_training_with_another_stage_until_that_begins() {
        String refinement = "train.stages=[{\"steps\": 4, \"learningRate\": 1e-4, \"clipGradient\": 0.1}]";
        assertThat(Tiny.recipe(refinement).determining(6))
                .isEqualTo(Tiny.recipe().determining(6));
        assertThat(Tiny.recipe(refinement).determining(7))
                .isNotEqualTo(Tiny.recipe("train.steps=7").determining(7));
        assertThat(Tiny.recipe(refinement).determining(7))
                .as("now it counts when the first stage ended")
                .isNotEqualTo(Tiny.recipe(refinement, "train.steps=5").determining(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../evil", "/tmp/x", "a/b", "a\\\\b", "..", ".hidden", "", "a\\nb"})
    void has_a_name_that_cannot_leave_the_folder_of_runs(String name) {
        assertThatThrownBy(() -> Tiny.recipe("name=\"" + name + "\""))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("recipe tiny: name must be that of a folder beneath runs");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sample.steps=101   | sample.steps must be at most the 100 of schedule.steps, was 101",
                "sample.guidance=2  | sample.guidance 2.0 needs a network that learns with and without labels;"
                        + " set model.numClassEmbeds and train.conditionDropout, or sample.guidance=1",
                "sample.rescale=0.7 | rescale is 0.7, and there is no guidance to rescale: omit it, or set guidance",
            })
    void refuses_samples_that_could_not_be_drawn_after_the_training(String change, String message) {
        assertThatThrownBy(() -> Tiny.recipe("train.labelDropout=0", change))
                .isInstanceOf(FormatException.class)
                .hasMessage("recipe tiny: " + message);
    }

    static Stream<Recipe> kinds() {
        return Stream.of(
                Tiny.recipe(),
                SeriesRecipe.defaults(),
                TextRecipe.defaults(),
                ControlRecipe.defaults(),
                NoisyClassifierRecipe.defaults());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @SuppressWarnings("unchecked") // keys of trees are texts
    void of_every_kind_is_resolved_to_a_number_of_streams_and_a_precision(Recipe recipe) {
        Map<String, Object> tree = new LinkedHashMap<>(recipe.toMap());
        Map<String, Object> train = new LinkedHashMap<>((Map<String, Object>) tree.get("train"));
        train.put("streams", 0L);
        train.put("precision", "auto");
        tree.put("train", train);
        TrainSettings resolved =
                recipe.kind().read(tree, List.of(), "test").resolved().train();
        assertThat(resolved.streams()).isEqualTo(Streams.count());
        assertThat(resolved.precision()).isNotEqualTo(Precision.AUTO);
    }
}
