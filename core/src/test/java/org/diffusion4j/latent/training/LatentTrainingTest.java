package org.diffusion4j.latent.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.captions.TwoDigits;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.latent.ColourSquares;
import org.diffusion4j.latent.LatentDraw;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.latent.Preview;
import org.diffusion4j.latent.Prompt;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The training of a latent diffusion model")
class LatentTrainingTest {

    private static final Path PUBLISHED = GoldenCases.find("folders/tiny_stable_diffusion");
    private static final List<String> WEIGHTS = List.of(
            "unet/diffusion_pytorch_model.safetensors",
            "vae/diffusion_pytorch_model.safetensors",
            "text_encoder/model.safetensors");

    @TempDir
    private static Path shared;

    private static TinyParts parts;

    @TempDir
    private Path folder;

    private final CaptionedImages colours = ColourSquares.times(6);

    @BeforeAll
    static void train() {
        parts = TinyParts.in(shared);
    }

    private Path trained(LatentRecipe recipe, String name) {
        try (LatentTraining training = LatentTraining.begin(recipe, colours, folder.resolve(name), false)) {
            training.run(TrainListener.NONE);
            return training.modelFolder();
        }
    }

    @Test
    void teaches_what_words_mean_and_leaves_a_folder_that_draws_it() {
        Path model = trained(parts.recipe(200), "run");
        assertThat(folder.resolve("run/samples/step-200.png")).exists();
        try (PointerScope scope = new PointerScope();
                LatentModel loaded = LatentModel.load(model)) {
            LatentDraw draw =
                    loaded.draw("").withSeeds(LongStream.range(0, 8).boxed().toList());
            assertThat(draw.settings()).isEqualTo(parts.recipe(200).sample());
            List<Prompt> prompts = ColourSquares.NAMES.stream().map(Prompt::of).toList();
            Preview preview = loaded.preview().orElseThrow();
            double[][] previewed = new double[1][];
            Tensor drawn = loaded.drawEach(draw, prompts, step -> previewed[0] = means(preview.of(step.x0(), 2)));
            assertThat(cosine(previewed[0], means(drawn))).isGreaterThan(0.6);
            double[] means = means(drawn);
            int right = 0;
            for (int i = 0; i < means.length; i++) {
                right += means[i] > 0 == ColourSquares.isLit(i / 3, i % 3) ? 1 : 0;
            }
            assertThat(right).as("channels of 24: %s", Arrays.toString(means)).isGreaterThanOrEqualTo(20);
            double[] alone =
                    Tensors.toArray(loaded.draw(draw.withPrompt(prompts.get(4)).withSeeds(List.of(4L)), step -> {}));
            double[] together = Tensors.toArray(drawn.select(0, 4).flatten());
            assertThat(alone).containsExactly(together, within(1e-3));
            assertThatThrownBy(() -> loaded.drawEach(draw, prompts.subList(0, 2), step -> {}))
                    .hasMessageContaining("there are 2 prompts and 8 seeds");
        }
    }

    @Test
    void goes_on_as_if_it_had_not_been_stopped_also_when_its_latents_are_gone() throws IOException {
        LatentRecipe recipe = parts.recipe(6).with("data.flip=true");
        Path whole = trained(recipe, "whole");
        Path run = folder.resolve("stopped");
        try (LatentTraining training = LatentTraining.begin(recipe, colours, run, false)) {
            training.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 2) {
                        training.requestStop();
                    }
                }
            });
        }
        Path latents = run.resolve("latents.safetensors");
        assertThat(Files.mismatch(folder.resolve("whole/latents.safetensors"), latents))
                .isEqualTo(-1);
        List<Integer> encoded = new ArrayList<>();
        FileTime before = FileTime.fromMillis(0);
        Files.setLastModifiedTime(latents, before);
        LatentTraining.resume(run, colours, List.of(), (done, total) -> encoded.add(done), warning -> {})
                .close();
        assertThat(encoded).as("read, not encoded again").isEmpty();
        assertThat(Files.getLastModifiedTime(latents)).isEqualTo(before);

        Files.delete(latents);
        try (LatentTraining training =
                LatentTraining.resume(run, colours, List.of(), (done, total) -> encoded.add(total), warning -> {})) {
            assertThat(latents).exists();
            assertThat(encoded).isNotEmpty().containsOnly(colours.size());
            assertThat(training.step()).isEqualTo(2);
            training.run(TrainListener.NONE);
        }
        for (String file : WEIGHTS) {
            assertThat(Files.mismatch(whole.resolve(file), run.resolve("model").resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
        }
    }

    @Test
    void refuses_to_go_on_with_other_pictures_or_another_autoencoder_but_finds_the_same_elsewhere() throws IOException {
        trained(parts.recipe(3).with("train.decayTo=1"), "run");
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> LatentTraining.resume(run, ColourSquares.times(5), List.of(), warning -> {}))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("which have changed");
        Path other = TinyParts.autoencoder(folder.resolve("other"), 1);
        assertThatThrownBy(() -> LatentTraining.resume(run, colours, List.of("autoencoder=" + other), warning -> {}))
                .isInstanceOf(CheckpointException.class);
        Path moved = folder.resolve("moved");
        copy(parts.clip(), moved);
        try (LatentTraining training =
                LatentTraining.resume(run, colours, List.of("clip=" + moved, "train.steps=4"), warning -> {})) {
            assertThat(training.run(TrainListener.NONE).step()).isEqualTo(4);
        }
    }

    @Test
    void writes_the_folder_as_diffusers_has_it() throws IOException {
        LatentRecipe recipe = parts.recipe(1)
                .with(
                        "model.blockOutChannels=[16,16]",
                        "model.downBlockTypes=[\"CrossAttnDownBlock2D\",\"DownBlock2D\"]",
                        "model.upBlockTypes=[\"UpBlock2D\",\"CrossAttnUpBlock2D\"]");
        Path model = trained(recipe, "run");
        Set<String> expected = files(PUBLISHED);
        expected.add("diffusion4j.json");
        expected.remove("tokenizer/special_tokens_map.json"); // the trained CLIP has none
        assertThat(files(model)).isEqualTo(expected);
        for (String config :
                List.of("model_index.json", "unet/config.json", "vae/config.json", "tokenizer/tokenizer_config.json")) {
            Set<String> keys =
                    new TreeSet<>(Json.readObject(PUBLISHED.resolve(config)).keySet());
            keys.removeAll(Set.of("add_prefix_space", "do_lower_case", "errors")); // of older tokenizers
            assertThat(Json.readObject(model.resolve(config)).keySet())
                    .as(config)
                    .isEqualTo(keys);
        }
        assertThat(Json.readObject(model.resolve("text_encoder/config.json")).keySet())
                .containsAll(without(
                        Json.readObject(PUBLISHED.resolve("text_encoder/config.json"))
                                .keySet(),
                        "transformers_version"));
        assertThat(Json.readObject(model.resolve("scheduler/scheduler_config.json")))
                .containsEntry("_class_name", "DDIMScheduler")
                .containsEntry("prediction_type", "v_prediction")
                .containsEntry("beta_schedule", "linear")
                .containsEntry("clip_sample", false)
                .doesNotContainKey("variance_type");
        for (String file : WEIGHTS) {
            assertThat(kinds(model.resolve(file))).as(file).isEqualTo(kinds(PUBLISHED.resolve(file)));
        }
        assertThat(Files.readString(model.resolve("diffusion4j.json")))
                .contains("\"recipe\"")
                .doesNotContain(shared.toString());
        double scale =
                (double) Json.readObject(model.resolve("vae/config.json")).get("scaling_factor");
        try (PointerScope scope = new PointerScope();
                TensorFile latents = Safetensors.open(folder.resolve("run/latents.safetensors"))) {
            Tensor training = latents.tensors().get("training");
            assertThat(training.std().item_double()).isCloseTo(1, within(1e-4));
            assertThat(latents.metadata()).containsEntry("scalingFactor", Double.toString(scale));
        }
    }

    @Test
    void stores_weights_in_half_the_space_and_saves_them_again_bit_by_bit() throws IOException {
        Path exact = trained(parts.recipe(1), "exact");
        Path half = trained(parts.recipe(1).with("storage=bf16", "train.precision=bf16"), "half");
        Path again = folder.resolve("again");
        try (LatentModel model = LatentModel.load(half);
                LatentModel other = LatentModel.load(exact)) {
            model.save(again, false);
            LatentDraw draw = other.draw("red");
            assertThat(model.settings()).isEqualTo(other.settings());
            assertThat(drawn(model, draw)).containsExactly(drawn(other, draw), within(0.1));
        }
        try (LatentModel model = LatentModel.load(again)) {
            assertThat(model.settings()).isEqualTo(parts.recipe(1).sample());
        }
        for (String file : WEIGHTS) {
            assertThat(Files.mismatch(half.resolve(file), again.resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
            try (PointerScope scope = new PointerScope();
                    TensorFile stored = Safetensors.open(half.resolve(file));
                    TensorFile whole = Safetensors.open(exact.resolve(file))) {
                whole.tensors()
                        .forEach((name, tensor) ->
                                assertThat(stored.tensors().get(name).nbytes()).isEqualTo(tensor.nbytes() / 2));
            }
        }
    }

    @Test
    void says_before_it_begins_what_does_not_fit() {
        Path run = folder.resolve("run");
        LatentRecipe recipe = parts.recipe(1);
        refused(recipe.withAutoencoder(""), colours, "which autoencoder?");
        refused(recipe.withClip(""), colours, "which CLIP?");
        refused(recipe.withAutoencoder(shared.resolve("autoencoder").toString()), colours, "did you mean");
        refused(recipe.with("model.sampleSize=8"), colours, "model.sampleSize must be [4]");
        refused(
                recipe.with("model.inChannels=4", "model.outChannels=4"),
                colours,
                "model.inChannels and model.outChannels must be 3");
        refused(recipe.with("model.crossAttentionDim=8"), colours, "model.crossAttentionDim must be 16");
        refused(recipe.with("sample.sampler=DDIMInverseScheduler"), colours, "the recipe's sample cannot be drawn");
        CaptionedImages digits = new TwoDigits(Glyphs.draw(64, 0), 16, 0, Set.of(DataSplit.TRAIN));
        refused(recipe, digits, "the pictures have 1 channels");
        assertThatThrownBy(() -> recipe.with("train.conditionDropout=0"))
                .hasMessageContaining("sample.guidance 3.0 needs a network that learns with and without captions");
        assertThatThrownBy(() -> recipe.with("storage=auto")).hasMessageContaining("storage must be float32");
        assertThatThrownBy(() -> recipe.with("model.numClassEmbeds=3")).hasMessageContaining("captions alone");
        assertThatThrownBy(() -> recipe.with("prediction=mean"))
                .hasMessageContaining("prediction must be eps, x0 or v");
        assertThatThrownBy(() -> recipe.with("data.source=").data().read(ReadOptions.DEFAULT))
                .hasMessageContaining("which pictures?");
        assertThat(run).doesNotExist();
    }

    private void refused(LatentRecipe recipe, CaptionedImages data, String message) {
        assertThatThrownBy(() -> LatentTraining.begin(recipe, data, folder.resolve("run"), false))
                .hasMessageContaining(message);
    }

    /** Of each channel of each picture. */
    private static double[] means(Tensor pictures) {
        return Tensors.toArray(pictures.mean(2, 3).flatten());
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        double ofA = 0;
        double ofB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            ofA += a[i] * a[i];
            ofB += b[i] * b[i];
        }
        return product / Math.sqrt(ofA * ofB);
    }

    private static double[] drawn(LatentModel model, LatentDraw draw) {
        try (PointerScope scope = new PointerScope()) {
            return Tensors.toArray(model.draw(draw, step -> {}));
        }
    }

    private static Set<String> without(Set<String> keys, String key) {
        Set<String> rest = new TreeSet<>(keys);
        rest.remove(key);
        return rest;
    }

    private static Set<String> files(Path of) throws IOException {
        try (Stream<Path> all = Files.walk(of)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> of.relativize(file).toString().replace('\\', '/'))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The names of tensors without the numbers of levels and layers, with how many dimensions they have. */
    private static Map<String, Long> kinds(Path file) {
        try (PointerScope scope = new PointerScope();
                TensorFile open = Safetensors.open(file)) {
            Map<String, Long> kinds = new TreeMap<>();
            open.tensors()
                    .forEach((name, tensor) -> kinds.put(
                            name.replaceAll("(up|down)(_blocks|samplers)", "$2").replaceAll("\\d+", "N"),
                            tensor.dim()));
            kinds.keySet()
                    .removeIf(name -> name.contains("conv_shortcut") // where a width changes
                            || name.endsWith("position_ids")); // of older encoders
            return kinds;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
