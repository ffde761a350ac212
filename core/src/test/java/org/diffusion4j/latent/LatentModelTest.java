package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.sample.SampleListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A model of several parts that draws from words")
class LatentModelTest {

    private static final Path FOLDER = GoldenCases.find("folders/tiny_stable_diffusion");
    private static final double ROUNDING =
            1e-3; // of float32 through the steps of a draw, as the recorded draws have it at most

    @TempDir
    private Path temp;

    @Test
    void draws_a_seed_alike_alone_and_in_a_batch_and_another_seed_otherwise() {
        try (LatentModel model = LatentModel.load(FOLDER)) {
            LatentDraw draw = model.draw("a cat")
                    .withSettings(model.settings("euler").withSteps(3).withGuidance(7.5));
            double[] both = drawn(model, draw.withSeeds(List.of(3L, 4L)));
            double[] alone = drawn(model, draw.withSeeds(List.of(4L)));
            assertThat(Arrays.copyOfRange(both, alone.length, both.length)).containsExactly(alone, within());
            assertThat(distance(both, alone)).isGreaterThan(0.01);
            assertThat(Arrays.stream(alone).map(Math::abs).max().orElseThrow()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void follows_the_prompt_its_weights_the_negative_one_and_skipped_layers() {
        try (LatentModel model = LatentModel.load(FOLDER)) {
            LatentDraw draw = model.draw("a (red) cat")
                    .withSettings(model.settings("ddim").withSteps(2));
            double[] usual = drawn(model, draw);
            assertThat(distance(usual, drawn(model, draw.withPrompt(Prompt.of("a red cat")))))
                    .isPositive();
            assertThat(distance(usual, drawn(model, draw.withPrompt(new Prompt("a (red) cat", null, true)))))
                    .isPositive();
            assertThat(distance(usual, drawn(model, draw.withNegative(Prompt.of("dog")))))
                    .isPositive();
            assertThat(distance(usual, drawn(model, draw.withNegative(Prompt.of("")))))
                    .isZero();
            assertThat(distance(usual, drawn(model, draw.withClipSkip(1)))).isPositive();
            String longer = "a cat, ".repeat(40);
            assertThat(drawn(model, draw.withPrompt(Prompt.of(longer)).withNegative(Prompt.of("dog"))))
                    .hasSameSizeAs(usual);
            LatentDraw cut = draw.withPrompt(new Prompt(longer, null, true));
            assertThat(model.cuts(cut))
                    .singleElement()
                    .asString()
                    .startsWith("the last 85 tokens of the prompt are cut off");
        }
    }

    @Test
    void gives_a_picture_back_at_strength_0_and_leaves_it_at_1() {
        try (PointerScope scope = new PointerScope();
                LatentModel model = LatentModel.load(FOLDER)) {
            LatentDraw draw =
                    model.draw("a cat").withSettings(model.settings("ddim").withSteps(4));
            Tensor picture = picture(1);
            Tensor reconstructed = model.codec()
                    .autoencoder()
                    .decode(model.codec().encode(picture).mean())
                    .clamp_(new ScalarOptional(new Scalar(-1)), new ScalarOptional(new Scalar(1)));
            double[] kept = drawn(model, draw.withStart(new LatentStart.Picture(picture, 0)));
            assertThat(kept).containsExactly(Comparison.values(reconstructed), within());
            double[] one = drawn(model, draw.withStart(new LatentStart.Picture(picture, 1)));
            double[] other = drawn(model, draw.withStart(new LatentStart.Picture(picture(2), 1)));
            assertThat(distance(one, other))
                    .isLessThan(0.5 * distance(Comparison.values(picture), Comparison.values(picture(2))));
        }
    }

    @Test
    void keeps_pixels_exactly_where_it_pastes_the_original_and_as_the_autoencoder_has_them_else() {
        try (PointerScope scope = new PointerScope();
                LatentModel model = LatentModel.load(FOLDER)) {
            LatentDraw draw =
                    model.draw("a cat").withSettings(model.settings("dpm++-2m").withSteps(4));
            Tensor picture = picture(1);
            Tensor mask = torch.zeros(1, 1, 16, 16);
            mask.narrow(3, 8, 8).fill_(new Scalar(1));
            double[] pasted = drawn(model, draw.withStart(new LatentStart.Inpaint(picture, mask, 1, true)));
            double[] given = Comparison.values(picture);
            for (int i = 0; i < given.length; i++) {
                if (i % 16 < 8) {
                    assertThat(pasted[i]).isEqualTo(given[i]);
                }
            }
            assertThat(distance(pasted, given)).isPositive();
            assertThatThrownBy(() -> drawn(model, draw.withStart(new LatentStart.Inpaint(picture, mask, 0.1, false))))
                    .hasMessageContaining("no step is left at strength 0.1");
        }
    }

    @Test
    void codes_large_pictures_in_tiles_and_small_ones_whole() {
        try (LatentModel model = LatentModel.load(FOLDER)) {
            LatentDraw draw = model.draw("a cat")
                    .withSettings(model.settings("ddim").withSteps(2))
                    .withSize(new GenerationParameters.Size(48, 32));
            double[] whole = drawn(model, draw);
            assertThat(drawn(model, draw.withTiles(model.tiles(48)))).isEqualTo(whole);
            double[] tiled = drawn(model, draw.withTiles(model.tiles(32)));
            assertThat(distance(tiled, whole)).isPositive().isLessThan(0.2);
            assertThatThrownBy(() -> model.tiles(31)).hasMessageContaining("tile 31 does not divide by");
            assertThatThrownBy(() -> model.tiles(0)).hasMessageContaining("tile 0 does not divide by");
        }
    }

    @Test
    void draws_nearly_the_same_in_bfloat16() {
        try (LatentModel exact = LatentModel.load(FOLDER);
                LatentModel low = LatentModel.load(FOLDER, Compute.on(Precision.BFLOAT16))) {
            LatentDraw draw = exact.draw("a cat")
                    .withSettings(exact.settings("ddim").withSteps(2).withGuidance(2));
            double[] expected = drawn(exact, draw);
            assertThat(distance(expected, drawn(low, draw))).isLessThan(0.1);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("bf16"); // a machine that has none
        }
    }

    @Test
    void reads_variants_shards_and_a_hub_s_cache_and_writes_one_file_with_the_same_numbers() throws IOException {
        Path cache = temp.resolve("models--owner--tiny");
        Path snapshot = cache.resolve("snapshots/0123abcd");
        copy(FOLDER, snapshot);
        Files.createDirectories(cache.resolve("refs"));
        Files.writeString(cache.resolve("refs/main"), "0123abcd");
        Path blob = cache.resolve("blobs/vae");
        Files.createDirectories(blob.getParent());
        Path weights = snapshot.resolve("vae/diffusion_pytorch_model.safetensors");
        Files.move(weights, blob);
        Files.createSymbolicLink(weights, Path.of("../../../blobs/vae"));
        Files.move(
                snapshot.resolve("text_encoder/model.safetensors"),
                snapshot.resolve("text_encoder/model.fp16.safetensors"));
        shard(snapshot.resolve("unet"));
        try (LatentModel plain = LatentModel.load(FOLDER);
                LatentModel cached = LatentModel.load(cache)) {
            LatentDraw draw =
                    plain.draw("a cat").withSettings(plain.settings("ddim").withSteps(2));
            assertThat(drawn(cached, draw)).isEqualTo(drawn(plain, draw));
            cached.save(temp.resolve("saved"), false);
        }
        for (String file : List.of(
                "unet/diffusion_pytorch_model.safetensors",
                "vae/diffusion_pytorch_model.safetensors",
                "text_encoder/model.safetensors")) {
            assertThat(temp.resolve("saved").resolve(file)).hasSameBinaryContentAs(FOLDER.resolve(file));
        }
    }

    @Test
    void refuses_folders_in_one_line_that_names_the_part() throws IOException {
        assertThat(LatentModel.isOne(FOLDER)).isTrue();
        refused("no part 'vae', which a StableDiffusionPipeline needs", index -> index.remove("vae"));
        refused("names no part 'unet'", index -> index.put("unet", Arrays.asList(null, null)));
        refused(
                "the part 'unet' is a UNet3D, only UNet2DConditionModel is read here",
                index -> index.put("unet", List.of("diffusers", "UNet3D")));
        refused("the model is a KandinskyPipeline, only", index -> index.put("_class_name", "KandinskyPipeline"));
        Path folder = temp.resolve("lacking");
        copy(FOLDER, folder);
        Files.delete(folder.resolve("vae/diffusion_pytorch_model.safetensors"));
        refusal(() -> LatentModel.load(folder), "vae: has no weights; download all files of the model");
        Files.delete(folder.resolve("vae/config.json"));
        Files.delete(folder.resolve("vae"));
        refusal(() -> LatentModel.load(folder), "its part 'vae' is missing, though model_index.json names it");
        copy(FOLDER.resolve("vae"), folder.resolve("vae"));
        Files.delete(folder.resolve("tokenizer/merges.txt"));
        refusal(() -> LatentModel.load(folder), "merges.txt: is missing");
    }

    @Test
    void refuses_draws_that_it_cannot_make_before_it_begins() {
        try (PointerScope scope = new PointerScope();
                LatentModel model = LatentModel.load(FOLDER)) {
            LatentDraw draw = model.draw("");
            assertThatThrownBy(() -> model.check(draw.withSize(new GenerationParameters.Size(17, 16))))
                    .hasMessage(
                            "width 17 does not divide by 2, as the autoencoder needs; the nearest that do are 16 and 18");
            assertThatThrownBy(() -> model.check(draw.withClipSkip(2)))
                    .hasMessage("clip-skip 2 leaves none of the text encoder's 2 layers");
            assertThatThrownBy(() -> model.check(draw.withStart(new LatentStart.Picture(torch.zeros(1, 3, 8, 8), 1))))
                    .hasMessageContaining("the picture has another size than is drawn, 16 x 16");
            assertThatThrownBy(() -> new LatentStart.Picture(torch.zeros(1, 3, 16, 16), 1.5))
                    .hasMessage("the strength must lie in [0, 1], was 1.5");
            assertThatThrownBy(() ->
                            new LatentStart.Inpaint(torch.zeros(1, 3, 16, 16), torch.zeros(1, 1, 16, 8), 1, false))
                    .hasMessage("the mask must have the picture's size, 16 x 16, was 8 x 16");
            model.check(draw); // an empty prompt is allowed
        }
    }

    private void refused(String message, Consumer<Map<String, Object>> change) throws IOException {
        Path folder = Files.createTempDirectory(temp, "changed");
        Path target = folder.resolve("model");
        copy(FOLDER, target);
        Map<String, Object> index = new TreeMap<>(Json.readObject(target.resolve("model_index.json")));
        change.accept(index);
        Json.write(target.resolve("model_index.json"), index);
        refusal(() -> LatentModel.load(target), message);
    }

    private static void refusal(ThrowingCallable load, String message) {
        assertThatThrownBy(load)
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    private static void shard(Path unet) throws IOException {
        Path whole = unet.resolve("diffusion_pytorch_model.safetensors");
        Map<String, String> places = new TreeMap<>();
        try (NamedTensors file = NamedTensors.open(whole)) {
            List<String> names = List.copyOf(file.tensors().keySet());
            for (int k = 0; k < 2; k++) {
                String shard = "diffusion_pytorch_model-0000" + (k + 1) + "-of-00002.safetensors";
                Map<String, Tensor> part = new LinkedHashMap<>();
                for (int i = k; i < names.size(); i += 2) {
                    part.put(names.get(i), file.tensors().get(names.get(i)));
                    places.put(names.get(i), shard);
                }
                Safetensors.write(unet.resolve(shard), part, Map.of());
            }
        }
        Files.delete(whole);
        Json.write(unet.resolve("diffusion_pytorch_model.safetensors.index.json"), Map.of("weight_map", places));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path twin = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(twin);
                } else {
                    Files.copy(file, twin);
                    twin.toFile().setWritable(true);
                }
            }
        }
    }

    private static Tensor picture(int k) {
        Libtorch.start();
        return torch.arange(new Scalar(3 * 16 * 16))
                .to(ScalarType.Float)
                .mul(new Scalar(0.01 * k))
                .sin()
                .view(1, 3, 16, 16);
    }

    private static double[] drawn(LatentModel model, LatentDraw draw) {
        try (Tensor pictures = model.draw(draw, SampleListener.NONE)) {
            return Comparison.values(pictures);
        }
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        int n = Math.min(a.length, b.length);
        for (int i = 0; i < n; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum / n);
    }

    private static Offset<Double> within() {
        return Offset.offset(ROUNDING);
    }
}
