package org.diffusion4j.latent.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.diffusion4j.data.TestImages;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.glyphs.Glyphs;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.latent.ColourSquares;
import org.diffusion4j.train.TrainListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The training of a CLIP")
class ClipTrainingTest {

    private static final List<String> COLOURS = ColourSquares.NAMES;

    @TempDir
    private Path folder;

    private final CaptionedImages colours = ColourSquares.times(1);

    private static ClipRecipe recipe(int steps) {
        return ColourSquares.clip("text.merges=20", "train.steps=" + steps, "train.checkpointEvery=3");
    }

    @Test
    void teaches_which_caption_belongs_to_which_picture_and_leaves_a_folder_that_is_read_again() {
        try (ClipTraining training = ClipTraining.begin(recipe(120), colours, folder.resolve("run"), false)) {
            training.run(new TrainListener() {});
        }
        try (Clip clip = Clip.load(folder.resolve("run/model"));
                PointerScope scope = new PointerScope()) {
            for (int c = 0; c < COLOURS.size(); c++) {
                float[] picture = clip.picture(Tensors.of(TestImages.pixels(colours, c), 3, 8, 8));
                String best = COLOURS.stream()
                        .max((a, b) ->
                                Double.compare(Clip.score(clip.text(a), picture), Clip.score(clip.text(b), picture)))
                        .orElseThrow();
                assertThat(best).isEqualTo(COLOURS.get(c));
            }
        }
    }

    @Test
    void goes_on_as_if_it_had_not_been_stopped() throws Exception {
        try (ClipTraining training = ClipTraining.begin(recipe(4), colours, folder.resolve("whole"), false)) {
            training.run(new TrainListener() {});
        }
        try (ClipTraining training = ClipTraining.begin(recipe(4), colours, folder.resolve("parts"), false)) {
            training.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 2) {
                        training.requestStop();
                    }
                }
            });
        }
        try (ClipTraining training = ClipTraining.resume(folder.resolve("parts"), colours, List.of(), warning -> {})) {
            assertThat(training.step()).isEqualTo(2);
            training.run(new TrainListener() {});
        }
        for (String file : List.of("model.safetensors", "vocab.json", "merges.txt", "config.json")) {
            assertThat(Files.mismatch(
                            folder.resolve("whole/model").resolve(file),
                            folder.resolve("parts/model").resolve(file)))
                    .as(file)
                    .isEqualTo(-1);
        }
    }

    @Test
    void says_before_it_begins_what_does_not_fit() {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> ClipTraining.begin(recipe(1).with("vision.size=16"), colours, run, false))
                .hasMessageContaining("the pictures are 8×8 with 3 channels, the vision tower sees 16×16 with 3");
        CaptionedImages grey = CaptionedImages.of(Glyphs.draw(4, 0), i -> List.of("digit"));
        assertThatThrownBy(() -> ClipTraining.begin(recipe(1), grey, run, false))
                .hasMessageContaining("28×28 with 1 channels");
        assertThatThrownBy(() -> recipe(1).with("train.streams=2")).hasMessageContaining("train.streams must be 1");
        assertThatThrownBy(() -> recipe(1).with("vision.patch=3")).hasMessageContaining("patch_size");
        assertThat(run).doesNotExist();
        assertThat(IntStream.range(0, 8).mapToObj(colours::captions)).allMatch(each -> each.size() == 2);
    }
}
