package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A model folder of others")
class ModelLayoutTest {

    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    @TempDir
    Path parent;

    private Path folder;
    private Path unet;

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    /** With the tensors a = 1 and b = 2. */
    @BeforeEach
    void write() {
        folder = parent.resolve("full");
        unet = folder.resolve("unet");
        try (PointerScope scope = new PointerScope()) {
            ModelFolder.write(
                    folder,
                    new ModelFolder.Parts(
                            Map.of("sample_size", 8),
                            Map.of("a", torch.ones(1), "b", torch.ones(1).add(torch.ones(1))),
                            Map.of(),
                            Map.of("_class_name", "DDPMScheduler"),
                            Map.of()),
                    false);
        }
    }

    @Test
    void with_all_files_at_its_top_is_the_same_model() throws IOException {
        Path flat = flat();
        assertThat(ModelFolder.open(flat).hash())
                .isEqualTo(ModelFolder.open(folder).hash());
        assertReads(flat);
        Files.delete(flat.resolve("model_index.json"));
        assertReads(flat);
    }

    @Test
    void with_shards_reads_them_all() throws IOException {
        shard();
        assertReads(folder);
        String hash = ModelFolder.open(folder).hash();
        Files.writeString(unet.resolve("m-2.safetensors"), "changed");
        assertThat(ModelFolder.open(folder).hash()).isNotEqualTo(hash);
    }

    @Test
    void with_shards_that_do_not_fit_their_index_is_refused_by_name() throws IOException {
        Path index = shard();
        Files.writeString(index, "{\"weight_map\": {\"a\": \"m-2.safetensors\"}}");
        assertRefused(index + ": tensor 'a' is not in m-2.safetensors, as it says");
        Files.writeString(index, "{\"weight_map\": {\"a\": \"../m-1.safetensors\"}}");
        assertRefused(index + ": tensor 'a' is said to lie in ../m-1.safetensors; a file beside the index is needed");
        for (String name : List.of("x\\n/../m-1.safetensors", "m-1.safetensors\\u0000", "\\ud800")) {
            Files.writeString(index, "{\"weight_map\": {\"a\": \"" + name + "\"}}");
            assertThatThrownBy(() -> ModelFolder.open(folder).openWeights())
                    .isInstanceOf(FormatException.class)
                    .hasMessageEndingWith("; a file beside the index is needed");
        }
        Files.writeString(index, "{\"weight_map\": {\"a\": \"m-3.safetensors\"}}");
        assertRefused(index + ": m-3.safetensors is missing; download all files of the model");
        Files.writeString(index, "{}");
        assertRefused(index + ": has no weight_map, so it does not say where the weights are");
        Files.copy(unet.resolve("m-1.safetensors"), unet.resolve("m-3.safetensors"));
        Files.writeString(index, "{\"weight_map\": {\"a\": \"m-1.safetensors\", \"b\": \"m-3.safetensors\"}}");
        assertRefused(unet.resolve("m-3.safetensors") + ": tensor 'a' lies in another shard too");
    }

    @Test
    void of_one_variant_reads_it_and_of_several_the_plain_one() throws IOException {
        Path half = unet.resolve("diffusion_pytorch_model.fp16.safetensors");
        Files.move(unet.resolve(WEIGHTS), half);
        assertReads(folder);
        assertReads(half);
        Path raw = Files.copy(half, unet.resolve("diffusion_pytorch_model.non_ema.safetensors"));
        assertRefused(unet + ": has weights of the variants fp16, non_ema; name one of them in place of the folder: "
                + half + " or " + raw);
        Files.copy(half, unet.resolve(WEIGHTS));
        Files.writeString(half, "not read");
        Files.writeString(raw, "not read");
        assertReads(folder);
    }

    @Test
    void with_weights_of_pytorch_reads_them_as_data() throws IOException {
        Files.delete(unet.resolve(WEIGHTS));
        Path bin = unet.resolve("diffusion_pytorch_model.bin");
        Files.copy(Path.of("src/test/resources/torch/zip.pth"), bin);
        try (NamedTensors weights = ModelFolder.open(folder).openWeights()) {
            assertThat(weights.tensors()).isNotEmpty();
        }
        Files.delete(bin);
        Files.copy(Path.of("src/test/resources/torch/calls-os-system.pth"), bin);
        assertThatThrownBy(() -> ModelFolder.open(folder).openWeights())
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(bin + ": ");
    }

    @Test
    void that_is_its_networks_folder_finds_the_scheduler_beside_it() {
        assertReads(unet);
    }

    @ParameterizedTest
    @ValueSource(strings = {"w.safetensors", "w.pt", "w.ckpt"})
    void that_is_a_file_of_weights_alone_says_what_to_put_beside_it(String name) throws IOException {
        Path file = Files.copy(unet.resolve(WEIGHTS), parent.resolve(name));
        assertThatThrownBy(() -> ModelFolder.open(file))
                .isInstanceOf(FormatException.class)
                .hasMessage(file + ": has the weights alone; put beside it config.json (what the network looks like, as"
                        + " diffusers' UNet2DModel writes it) and scheduler_config.json (what it was trained to undo)");
        Files.copy(unet.resolve("config.json"), parent.resolve("config.json"));
        assertThatThrownBy(() -> ModelFolder.open(file))
                .hasMessage(
                        parent + ": is not a model folder, it has no scheduler_config.json; it says what the network"
                                + " was trained to undo, for instance {\"_class_name\": \"DDPMScheduler\","
                                + " \"beta_schedule\": \"linear\", \"prediction_type\": \"epsilon\"}");
        Files.copy(folder.resolve("scheduler/scheduler_config.json"), parent.resolve("scheduler_config.json"));
        assertThat(ModelFolder.open(file).weightsFile()).isEqualTo(file);
    }

    @Test
    void that_is_another_file_is_refused() throws IOException {
        Path file = Files.createFile(parent.resolve("notes.txt"));
        assertThatThrownBy(() -> ModelFolder.open(file))
                .hasMessage(file
                        + ": is neither a model folder nor weights, which end in .safetensors, .bin, .pt or .ckpt");
    }

    @Test
    void with_weights_of_another_name_says_how_to_give_them() throws IOException {
        Path other = unet.resolve("ema.safetensors");
        Files.move(unet.resolve(WEIGHTS), other);
        assertRefused(folder + ": is not a model folder, it has no unet/" + WEIGHTS
                + "; name the weights in place of the folder: " + other);
        assertReads(other);
    }

    @Test
    void of_the_hubs_cache_is_its_current_snapshot_else_the_newest() throws IOException {
        Path cached = parent.resolve("models--us--digits");
        Path blobs = Files.createDirectories(cached.resolve("blobs"));
        Path old = Files.createDirectories(cached.resolve("snapshots/old"));
        Path flat = flat();
        for (String name : List.of("model_index.json", "config.json", WEIGHTS, "scheduler_config.json")) {
            Files.copy(flat.resolve(name), blobs.resolve(name));
            Files.createSymbolicLink(old.resolve(name), Path.of("../../blobs", name));
        }
        Path recent = Files.createDirectories(cached.resolve("snapshots/recent"));
        Files.setLastModifiedTime(old, FileTime.fromMillis(1000));
        assertThatThrownBy(() -> ModelFolder.open(cached)).hasMessageStartingWith(recent + ": is not a model folder");
        Files.createDirectories(cached.resolve("refs"));
        Files.writeString(cached.resolve("refs/main"), "old");
        assertReads(cached);
        Files.writeString(cached.resolve("refs/main"), "../../..");
        assertThatThrownBy(() -> ModelFolder.open(cached)).hasMessageStartingWith(recent + ": is not a model folder");
    }

    private Path flat() throws IOException {
        Path flat = Files.createDirectories(parent.resolve("flat"));
        for (String file :
                List.of("model_index.json", "unet/config.json", "unet/" + WEIGHTS, "scheduler/scheduler_config.json")) {
            Path source = folder.resolve(file);
            Files.copy(source, flat.resolve(source.getFileName()));
        }
        return flat;
    }

    /** Splits the weights over two files. */
    private Path shard() throws IOException {
        Files.delete(unet.resolve(WEIGHTS));
        try (PointerScope scope = new PointerScope()) {
            Safetensors.write(unet.resolve("m-1.safetensors"), Map.of("a", torch.ones(1)), Map.of());
            Safetensors.write(
                    unet.resolve("m-2.safetensors"), Map.of("b", torch.ones(1).add(torch.ones(1))), Map.of());
        }
        return Files.writeString(
                unet.resolve(WEIGHTS + ".index.json"),
                "{\"metadata\": {}, \"weight_map\": {\"a\": \"m-1.safetensors\", \"b\": \"m-2.safetensors\"}}");
    }

    private static void assertReads(Path model) {
        try (NamedTensors weights = ModelFolder.open(model).openWeights()) {
            assertThat(weights.tensors()).containsOnlyKeys("a", "b");
            assertThat(Objects.requireNonNull(weights.tensors().get("b")).item_float())
                    .isEqualTo(2);
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> {
                    try (NamedTensors weights = ModelFolder.open(folder).openWeights()) {
                        weights.tensors();
                    }
                })
                .isInstanceOf(FormatException.class)
                .hasMessage(message);
    }
}
