package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Png;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse train, sample and evaluate, of a latent diffusion model")
class LatentCommandTest {

    private static final int[] COLOURS = {0xff0000, 0x00ff00, 0x0000ff, 0xffff00};
    private static final List<String> NAMES = List.of("red", "green", "blue", "yellow");

    @TempDir
    private static Path folder;

    private static Path model;
    private static Path clip;
    private static Path pictures;

    /** As docs/text-to-image.md has it, with everything as small as it can be. */
    @BeforeAll
    static void train() throws IOException {
        pictures = Files.createDirectory(folder.resolve("pictures"));
        StringBuilder table = new StringBuilder("file\tname\n");
        for (int i = 0; i < 16; i++) {
            BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 64; p++) {
                image.setRGB(p % 8, p / 8, COLOURS[i % 4]);
            }
            Png.write(pictures.resolve(i + ".png"), image, Map.of());
            table.append(i).append(".png\t").append(NAMES.get(i % 4)).append('\n');
        }
        Files.writeString(pictures.resolve("captions.tsv"), table);
        Path autoencoder = trained(
                "autoencoder-emoji",
                "model.blockOutChannels=[8,8]",
                "model.latentChannels=2",
                "data.validation=0",
                "train.sampleCount=0",
                "train.batchSize=4",
                "train.steps=2");
        clip = trained(
                "clip-emoji",
                "data.captions=[]",
                "data.validation=0",
                "text.length=16",
                "text.merges=4",
                "text.tower.layers=1",
                "text.tower.hidden=16",
                "text.tower.inner=16",
                "vision.size=8",
                "vision.tower.layers=1",
                "vision.tower.hidden=16",
                "vision.tower.inner=16",
                "projection=8",
                "train.batchSize=4",
                "train.steps=2");
        model = trained(
                "latent-emoji",
                "autoencoder=" + autoencoder,
                "clip=" + clip,
                "data.captions=[]",
                "data.validation=4",
                "model.sampleSize=4",
                "model.inChannels=2",
                "model.outChannels=2",
                "model.blockOutChannels=[16,16]",
                "model.attentionHeadDim=2",
                "model.crossAttentionDim=16",
                "train.batchSize=4",
                "train.decayTo=1",
                "train.steps=2",
                "train.stages=[]",
                "train.sampleCount=2",
                "sample.steps=2");
    }

    private static Path trained(String recipe, String... changes) {
        Path run = folder.resolve(recipe);
        List<Object> words =
                new ArrayList<>(List.of("train", "../recipes/" + recipe + ".json", "--data", pictures, "--out", run));
        for (String change : changes) {
            words.addAll(List.of("--set", change));
        }
        Ran ran = diffuse(words.toArray());
        assertThat(ran.err()).isEmpty();
        return run.resolve("model");
    }

    @Test
    void trains_goes_on_and_draws() {
        Path run = folder.resolve("latent-emoji");
        assertThat(run.resolve("samples/step-2.png")).exists();
        Ran resumed = diffuse("train", "--resume", "--out", run, "--set", "train.steps=3");
        assertThat(resumed.err()).isEmpty();
        assertThat(resumed.out()).contains("sample " + model + " --prompt WORDS");
        Path out = folder.resolve("red.png");
        Ran drawn = diffuse("sample", model, "--prompt", "red", "--count", 2, "--preview", 1, "--out", out);
        assertThat(drawn.err()).isEmpty();
        assertThat(folder.resolve("red.preview.png")).exists();
        assertThat(out).exists();
        assertThat(diffuse("info", out).out()).contains("--prompt red").doesNotContain("--preview");
        assertThat(diffuse("info", model).out()).contains("latent-emoji").contains("DDIMScheduler");
    }

    @Test
    void measures_how_often_clip_finds_the_caption_beside_real_pictures() {
        Ran ran = diffuse(
                "evaluate",
                model,
                "--clip",
                clip,
                "--data",
                pictures,
                "--guidance",
                2,
                "--precision",
                "float32",
                "--json");
        assertThat(ran.err()).isEmpty();
        Map<String, Object> facts = Json.parseObject(ran.out(), "out");
        assertThat(facts).containsEntry("captions", 4L).containsKeys("clip-score", "caption-rank first five");
        assertThat(facts.get("sampling"))
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("guidance", 2.0)
                .containsEntry("steps", 2L);
        Ran learned =
                diffuse("evaluate", model, "--clip", clip, "--data", pictures, "--learned", "--count", 5, "--json");
        assertThat(Json.parseObject(learned.out(), "out")).containsEntry("captions", 5L);
        assertThat(facts.get("caption-rank first"))
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsKeys("drawn", "real");
    }

    @Test
    void measures_captions_of_a_file_without_real_pictures() throws IOException {
        Path prompts = folder.resolve("prompts.txt");
        Files.writeString(prompts, "red\n\nblue\ngreen\n");
        Ran ran = diffuse(
                "evaluate", model, "--metrics", "caption-rank", "--clip", clip, "--prompts", prompts, "--count", 2);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .containsPattern("captions +2")
                .containsPattern("caption-rank first +drawn [01]\\.\\d{4}\n")
                .doesNotContain("clip-score");
    }

    @Test
    void shows_the_nearest_pictures_that_were_learned_from() throws IOException {
        Path prompts = folder.resolve("three.txt");
        Files.writeString(prompts, "red\nblue\ngreen\n");
        Path sheet = folder.resolve("sheet.png");
        Ran ran = diffuse(
                "evaluate",
                model,
                "--metrics",
                "nearest",
                "--data",
                pictures,
                "--prompts",
                prompts,
                "--sheet",
                sheet,
                "--json");
        assertThat(ran.err()).isEmpty();
        Map<String, Object> facts = Json.parseObject(ran.out(), "out");
        assertThat(facts).containsEntry("captions", 3L);
        assertThat(facts.get("nearest"))
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsKeys("drawn", "real", "copies");
        BufferedImage seen = ImageIO.read(sheet.toFile());
        assertThat(seen.getWidth()).isEqualTo(3 * 9 + 1);
        assertThat(seen.getHeight()).isEqualTo(2 * 9 + 1);
    }

    @Test
    void says_in_a_line_what_is_wrong() {
        refused("say either --prompts or --learned", "evaluate", model, "--clip", clip, "--prompts", "a", "--learned");
        refused("--sheet shows what nearest finds", "evaluate", model, "--clip", clip, "--sheet", "no.png");
        refused("which captions? say --data", "evaluate", model, "--metrics", "nearest");
        refused("clip-score and caption-rank need --clip", "evaluate", model);
        refused("which captions? say --data", "evaluate", model, "--clip", clip);
        refused("two-digits is for models of two digits", "evaluate", model, "--metrics", "two-digits");
        refused("did you mean 'caption-rank'", "evaluate", model, "--metrics", "caption-rnk");
        refused("are for models that draw from words", "evaluate", "mnist", "--clip", clip);
        refused(
                "which autoencoder?",
                "train",
                "../recipes/latent-emoji.json",
                "--data",
                pictures,
                "--out",
                folder.resolve("no"),
                "--set",
                "autoencoder=",
                "--set",
                "data.captions=[]");
        refused("--preview must be at least 1", "sample", model, "--prompt", "", "--preview", 0);
        Path published = Path.of("../core/src/test/resources/golden/folders/tiny_stable_diffusion");
        refused(
                "has no map from latents to colours",
                "sample",
                published,
                "--prompt",
                "",
                "--steps",
                2,
                "--preview",
                1,
                "--out",
                folder.resolve("no.png"));
        refused("which pictures?", "train", "../recipes/latent-emoji.json", "--out", folder.resolve("no"));
    }

    private static void refused(String message, Object... words) {
        Ran ran = diffuse(words);
        assertThat(ran.code()).isNotZero();
        assertThat(ran.err()).contains(message).hasLineCount(1);
    }
}
