package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A model folder")
class ModelFolderTest {

    @TempDir
    Path parent;

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    @Test
    void has_the_files_and_keys_of_diffusers() throws IOException {
        Path folder = write("model", false);
        assertThat(folder.resolve("model_index.json")).content().isEqualTo("""
                        {
                          "_class_name": "DDIMPipeline",
                          "_diffusers_version": "0.40.0",
                          "scheduler": [
                            "diffusers",
                            "DDIMScheduler"
                          ],
                          "unet": [
                            "diffusers",
                            "UNet2DModel"
                          ]
                        }
                        """);
        assertThat(Json.readObject(folder.resolve("unet/config.json")))
                .isEqualTo(Map.of("_class_name", "UNet2DModel", "_diffusers_version", "0.40.0", "sample_size", 8L));
        assertThat(Json.readObject(folder.resolve("scheduler/scheduler_config.json"))
                        .keySet())
                .containsExactly("_class_name", "_diffusers_version", "num_train_timesteps");
    }

    @Test
    void gives_back_what_it_was_written_from() {
        ModelFolder folder = ModelFolder.open(write("model", false));
        assertThat(folder.unetConfig()).containsEntry("sample_size", 8L);
        assertThat(folder.schedulerConfig()).containsEntry("num_train_timesteps", 10L);
        assertThat(folder.extras()).isEqualTo(Map.of("labels", List.of("零", "one")));
        try (TensorFile weights = Safetensors.open(folder.weightsFile());
                TensorFile raw = folder.openRawWeights().orElseThrow()) {
            assertThat(weights.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(bias(weights)).isEqualTo(1);
            assertThat(bias(raw)).isZero();
        }
    }

    @Test
    void is_replaced_only_when_told_to() {
        Path folder = write("model", false);
        assertThatThrownBy(() -> write("model", false))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(folder + ": cannot be written: it exists already");
        write("model", true);
    }

    @Test
    void has_a_hash_of_what_decides_its_samples() throws IOException {
        ModelFolder folder = ModelFolder.open(write("model", false));
        String hash = folder.hash();
        assertThat(hash)
                .matches("[0-9a-f]{64}")
                .isEqualTo(ModelFolder.open(write("other", false)).hash());
        Files.writeString(folder.extrasFile(), "{}");
        assertThat(folder.hash()).isEqualTo(hash);
        Files.writeString(folder.schedulerConfigFile(), "{}");
        assertThat(folder.hash()).isNotEqualTo(hash);
    }

    @Test
    void is_refused_in_one_line_that_helps() throws IOException {
        assertRefused(parent.resolve("nothing"), "there is nothing of that name");
        assertRefused(
                parent,
                "is not a model folder, it has no model_index.json;"
                        + " 'diffuse train' and diffusers' save_pretrained write such folders");
        write("model", false);
        assertRefused(
                parent,
                "is not a model folder, it has no model_index.json; did you mean " + parent.resolve("model") + "?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                | : is empty, a JSON value was expected
            {"_class_name": "DDPM             | : line 1, column 22: Unexpected end-of-input
            {}                                | : has no _class_name, so it does not say what the model is;
            {"_class_name": "FluxPipeline"}   | : the model is a FluxPipeline, only pipelines that draw pixels
            """)
    void is_refused_where_the_index_does_not_say_a_pipeline_of_pixels(String index, String message) throws IOException {
        Path folder = write("model", false);
        Path file = Files.writeString(folder.resolve("model_index.json"), index);
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + message);
    }

    @ParameterizedTest
    @CsvSource({
        "DDPMScheduler, DDPMPipeline",
        "DDIMScheduler, DDIMPipeline",
        "PNDMScheduler, PNDMPipeline",
        "EulerDiscreteScheduler, DDPMPipeline"
    })
    void names_a_pipeline_that_diffusers_has(String scheduler, String pipeline) {
        Path folder = parent.resolve("of-" + scheduler);
        ModelFolder.Parts parts =
                new ModelFolder.Parts(Map.of(), Map.of(), Map.of(), Map.of("_class_name", scheduler), Map.of());
        ModelFolder.write(folder, parts, false);
        assertThat(Json.readObject(folder.resolve("model_index.json"))).containsEntry("_class_name", pipeline);
    }

    @Test
    void is_read_where_its_pipeline_was_called_after_the_scheduler() throws IOException {
        Path folder = write("model", false);
        Files.writeString(
                folder.resolve("model_index.json"),
                "{\"_class_name\": \"LMSDiscretePipeline\", \"scheduler\": [\"diffusers\", \"LMSDiscreteScheduler\"]}");
        assertThat(ModelFolder.open(folder).unetConfig()).containsKey("sample_size");
    }

    @Test
    void is_refused_with_another_network() throws IOException {
        Path folder = write("model", false);
        Path config =
                Files.writeString(folder.resolve("unet/config.json"), "{\"_class_name\":\"UNet2DConditionModel\"}");
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(FormatException.class)
                .hasMessage(
                        config
                                + ": the network is a UNet2DConditionModel, only UNet2DModel, ScoreUNet, RefineNet are read here");
    }

    private static float bias(TensorFile file) {
        return Objects.requireNonNull(file.tensors().get("conv_in.bias")).item_float();
    }

    private static void assertRefused(Path folder, String message) {
        assertThatThrownBy(() -> ModelFolder.open(folder))
                .isInstanceOf(FormatException.class)
                .hasMessage(folder + ": " + message);
    }

    private Path write(String name, boolean replace) {
        Path folder = parent.resolve(name);
        try (PointerScope scope = new PointerScope()) {
            ModelFolder.write(
                    folder,
                    new ModelFolder.Parts(
                            Map.of("sample_size", 8),
                            Map.of("conv_in.bias", torch.ones(1)),
                            Map.of("conv_in.bias", torch.zeros(1)),
                            Map.of("_class_name", "DDIMScheduler", "num_train_timesteps", 10),
                            Map.of("labels", List.of("零", "one"))),
                    replace);
        }
        return folder;
    }
}
