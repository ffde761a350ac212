package org.diffusion4j.latent.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.io.Json;
import org.diffusion4j.latent.ColourSquares;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.vae.PictureAutoencoder;
import org.diffusion4j.nn.vae.VQModel;
import org.diffusion4j.nn.vae.VQModelConfig;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The training of an autoencoder with a codebook")
class VqTrainingTest {

    private static final String RECIPE = """
            {
              "kind": "autoencoder",
              "name": "vq",
              "data": { "validation": 8 },
              "model": {
                "class": "VQModel",
                "inChannels": 1,
                "outChannels": 1,
                "blockOutChannels": [ 8, 8 ],
                "normNumGroups": 4,
                "latentChannels": 4,
                "numVqEmbeddings": 32,
                "midBlockAddAttention": false
              },
              "train": { "batchSize": 8, "steps": 3, "learningRate": 5e-3, "warmupSteps": 5, "emaDecay": 0.9,
                "checkpointEvery": 3, "validateEvery": 3, "sampleEvery": 3, "sampleCount": 8 }
            }
            """;

    @TempDir
    private Path folder;

    private final ImageDataset digits = Glyphs.draw(128, 1);

    private static AutoencoderRecipe recipe(String... changes) {
        return AutoencoderRecipe.KIND.read(Json.parseObject(RECIPE, "recipe"), List.of(changes), "recipe");
    }

    private void trained(AutoencoderRecipe recipe, String name) {
        try (AutoencoderTraining training = AutoencoderTraining.begin(recipe, digits, folder.resolve(name), false)) {
            training.run(TrainListener.NONE);
        }
    }

    @Test
    void learns_and_leaves_a_folder_as_diffusers_has_it() throws IOException {
        AutoencoderRecipe recipe = recipe(
                "model.inChannels=3",
                "model.outChannels=3",
                "data.validation=8",
                "train.steps=150",
                "train.learningRate=1e-2",
                "train.checkpointEvery=0",
                "train.validateEvery=0",
                "train.sampleEvery=0");
        ImageDataset colours = ColourSquares.times(2);
        try (AutoencoderTraining training = AutoencoderTraining.begin(recipe, colours, folder.resolve("b"), false)) {
            training.run(TrainListener.NONE);
        }
        List<String> metrics = Files.readAllLines(folder.resolve("b/metrics.jsonl"));
        Map<String, ?> last = Json.parseObject(metrics.get(metrics.size() - 1), "metrics");
        assertThat(last).containsOnlyKeys("step", "perplexity");
        assertThat((Double) last.get("perplexity")).isBetween(2.0, 32.0);

        Path model = folder.resolve("b/model");
        Map<String, ?> config = Json.readObject(model.resolve("config.json"));
        assertThat(config.get("_class_name")).isEqualTo("VQModel");
        assertThat(VQModelConfig.fromMap(config, "config")).isEqualTo(recipe.vqModel());
        assertThat(folder.resolve("b/samples/step-150.png")).exists();
        try (PictureAutoencoder autoencoder = AutoencoderFolder.read(model);
                PointerScope scope = new PointerScope()) {
            Tensor x = colours();
            double error = autoencoder.reconstruct(x).sub(x).abs().mean().item_double();
            assertThat(error)
                    .as("a picture that is the same for all colours has 1")
                    .isLessThan(0.7);
            VQModel vq = (VQModel) autoencoder;
            assertThat(Tensors.toArray(autoencoder.reconstruct(x)))
                    .containsExactly(
                            Tensors.toArray(vq.decode(vq.quantize(vq.encode(x)).values())), within(1e-6));
        }
        assertThatThrownBy(() -> AutoencoderFolder.readKl(model))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("config.json: is a VQModel, not an AutoencoderKL");
    }

    /** Every colour, whose channels are 1 or −1. */
    private static Tensor colours() {
        double[] values = new double[8 * 3 * 64];
        for (int i = 0; i < values.length; i++) {
            values[i] = ColourSquares.isLit(i / 192, i / 64 % 3) ? 1 : -1;
        }
        return Tensors.of(values, 8, 3, 8, 8).to(ScalarType.Float);
    }

    @Test
    void goes_on_as_if_it_had_not_been_stopped() throws IOException {
        AutoencoderRecipe whole = recipe(
                "train.steps=6",
                "train.decayTo=1",
                "discriminator.from=1",
                "discriminator.width=8",
                "discriminator.layers=1");
        trained(whole, "whole");
        trained(whole.with("train.steps=3"), "stopped");
        try (AutoencoderTraining training = AutoencoderTraining.resume(
                folder.resolve("stopped"), digits, List.of("train.steps=6"), warning -> {})) {
            assertThat(training.recipe().vqModel()).isEqualTo(recipe().vqModel());
            training.run(TrainListener.NONE);
        }
        for (String file : List.of("model/diffusion_pytorch_model.safetensors", "metrics.jsonl")) {
            assertThat(Files.mismatch(
                            folder.resolve("whole").resolve(file),
                            folder.resolve("stopped").resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
        }
    }

    @Test
    void has_the_loss_of_the_paper() {
        VQModelConfig config = recipe().vqModel();
        try (VQModel model = new VQModel(Objects.requireNonNull(config), 3, ScalarType.Double);
                PointerScope scope = new PointerScope()) {
            Tensor x = torch.rand(2, 1, 8, 8).to(ScalarType.Double);
            Tensor latents = model.encode(x);
            VQModel.Quantized rows = model.quantize(latents);
            double distance = rows.values().sub(latents).square().mean().item_double();
            double error = model.decode(rows.values()).sub(x).abs().mean().item_double();
            AutoencoderLoss loss = new AutoencoderLoss(new VqBottleneck(model, 0.25), null, 0);
            Tensor found = loss.of(x, Condition.NONE, new double[2], x);
            assertThat(found.mean().item_double()).isCloseTo(error + 1.25 * distance, within(1e-12));
        }
    }

    @Test
    void reads_its_recipe_and_writes_it_again() {
        AutoencoderRecipe recipe = recipe();
        assertThat(recipe.beta()).isEqualTo(0.25);
        assertThat(AutoencoderRecipe.KIND.read(recipe.toMap(), List.of(), "again"))
                .isEqualTo(recipe);
        assertThat(recipe.toMap()).containsKeys("model", "beta").doesNotContainKeys("vqModel", "klWeight");
        assertThat(recipe.with("model.numVqEmbeddings=64").network())
                .isEqualTo(recipe("model.numVqEmbeddings=64").vqModel());
        assertThat(AutoencoderRecipe.defaults().withVqModel(recipe.vqModel()).beta())
                .isEqualTo(0.25);
        assertThatThrownBy(() -> recipe("model.class=VQModle"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("'model.class'")
                .hasMessageContaining("VQModel");
        assertThatThrownBy(() -> recipe("klWeight=1e-6"))
                .hasMessageContaining("klWeight is for a model of class AutoencoderKL; a VQModel has beta");
        assertThatThrownBy(() -> recipe("beta=0")).hasMessageContaining("beta must be above 0");
        assertThatThrownBy(() -> AutoencoderRecipe.defaults().with("beta=1"))
                .hasMessageContaining("beta is for a model of class VQModel");
        assertThatThrownBy(() -> recipe("model.outChannels=3")).hasMessageContaining("must be the same");
        assertThatThrownBy(() -> recipe("model.numVqEmbeddings=0"))
                .hasMessageContaining("num_vq_embeddings must lie between 1");
    }
}
