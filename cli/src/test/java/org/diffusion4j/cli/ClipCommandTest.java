package org.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffusion4j.cli.Ran.diffuse;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Png;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.clip.ClipActivation;
import org.diffusion4j.nn.clip.ClipModel;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipVisionConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("diffuse clip")
class ClipCommandTest {

    @TempDir
    private Path folder;

    private Path clip;
    private Path pictures;

    @BeforeEach
    void write() throws IOException {
        clip = Files.createDirectory(folder.resolve("clip"));
        pictures = Files.createDirectory(folder.resolve("pictures"));
        tinyClip(clip);
        picture("red.png", 0xff0000);
        picture("green.png", 0x00ff00);
        picture("blue.png", 0x0000ff);
    }

    private static void tinyClip(Path folder) throws IOException {
        String layers =
                "\"hidden_size\": 8, \"intermediate_size\": 16, \"num_hidden_layers\": 1, \"num_attention_heads\": 2";
        Files.writeString(
                folder.resolve("config.json"),
                "{\"projection_dim\": 6, \"text_config\": {\"vocab_size\": 5, " + layers + "}, \"vision_config\": {"
                        + layers + ", \"image_size\": 8, \"patch_size\": 4}}");
        Files.writeString(
                folder.resolve("vocab.json"),
                "{\"r\": 0, \"e\": 1, \"d</w>\": 2, \"<|startoftext|>\": 3, \"<|endoftext|>\": 4}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
        ClipTextConfig.Width width = new ClipTextConfig.Width(8, 16, 2, 6, ClipActivation.QUICK_GELU);
        try (PointerScope scope = new PointerScope();
                ClipModel model = new ClipModel(
                        new ClipTextConfig(5, 77, 1, width, ClipTextConfig.LARGEST_TOKEN),
                        new ClipVisionConfig(8, 4, 3, 1, width),
                        1,
                        ScalarType.Float)) {
            Safetensors.write(
                    folder.resolve("model.safetensors"),
                    model.parameters().viewsOf(model.parameters().values()),
                    Map.of());
        }
    }

    private void picture(String name, int colour) {
        BufferedImage image = new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 81; i++) {
            image.setRGB(i % 9, i / 9, colour);
        }
        Png.write(pictures.resolve(name), image, Map.of());
    }

    @Test
    void scores_each_picture_with_each_text() {
        Ran ran = diffuse(
                "clip",
                "score",
                pictures.resolve("red.png"),
                pictures.resolve("blue.png"),
                "--text",
                "red",
                "--text",
                "dee",
                "--clip",
                clip);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out().lines())
                .hasSize(4)
                .allMatch(line -> line.matches(" *-?\\d+\\.\\d\\d  .*(red|blue)\\.png  (red|dee)"));
    }

    @Test
    void scores_as_json_that_parses() {
        Ran ran = diffuse(
                "clip",
                "score",
                pictures.resolve("red.png"),
                "--text",
                "red",
                "--text",
                "dee",
                "--clip",
                clip,
                "--json");
        assertThat(Json.parse(ran.out(), "out"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(2);
    }

    @Test
    void lists_the_best_pictures_of_a_folder_first() {
        Ran all = diffuse("clip", "search", pictures, "--text", "red", "--clip", clip);
        assertThat(all.err()).isEmpty();
        assertThat(all.out().lines().map(line -> Double.parseDouble(line.strip().split(" ")[0])))
                .hasSize(3)
                .isSortedAccordingTo((a, b) -> Double.compare(b, a));
        Ran best = diffuse("clip", "search", pictures, "--text", "red", "--clip", clip, "--count", "1", "--json");
        String first = all.out().lines().findFirst().orElseThrow();
        assertThat(best.out())
                .contains(first.substring(first.lastIndexOf('/') + 1))
                .contains("\"score\"");
    }

    @Test
    void refuses_folders_without_clip_or_pictures() {
        Ran noClip = diffuse("clip", "search", pictures, "--text", "red", "--clip", pictures);
        assertThat(noClip.code()).isEqualTo(1);
        assertThat(noClip.err()).contains("config.json").hasLineCount(1);
        Ran noPictures = diffuse("clip", "search", clip, "--text", "red", "--clip", clip);
        assertThat(noPictures.code()).isEqualTo(1);
        assertThat(noPictures.err()).contains("there is no PNG").hasLineCount(1);
        assertThat(diffuse("clip").err()).contains("what with it? score or search");
    }
}
