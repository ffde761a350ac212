package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.clip.PublishedVocabulary;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCases;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.SampleListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A checkpoint of one file that draws from words")
class SingleFileModelTest {

    private static final Path FILE = GoldenCases.find("single_file/files/tiny_sd_v1.safetensors");
    private static final Path FOLDER = GoldenCases.find("folders/tiny_stable_diffusion");
    private static final SingleFileOptions LIKE_FOLDER = new SingleFileOptions(FOLDER, null);

    @TempDir
    private Path temp;

    private static double[] drawn(LatentModel model) {
        LatentDraw draw = model.draw("a cat").withSettings(model.settings().withSteps(3));
        try (Tensor pictures = model.draw(draw, SampleListener.NONE)) {
            return Comparison.values(pictures);
        }
    }

    @Test
    void draws_what_the_folder_of_the_same_weights_draws_and_predicts_what_it_is_said_to() {
        try (LatentModel folder = LatentModel.load(FOLDER);
                LatentModel file = LatentModel.load(FILE, LIKE_FOLDER, Compute.DEFAULT);
                LatentModel other =
                        LatentModel.load(FILE, new SingleFileOptions(FOLDER, Prediction.V), Compute.DEFAULT)) {
            assertThat(drawn(file)).isEqualTo(drawn(folder));
            assertThat(drawn(other)).isNotEqualTo(drawn(folder));
            assertThat(file.scheduler().toMap()).isEqualTo(folder.scheduler().toMap());
            assertThatThrownBy(file::folder).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void is_as_the_published_model_of_its_kind_where_nothing_is_said() {
        assertThat(LatentModel.isOne(FILE)).isTrue();
        Map<String, Object> facts = LatentModel.describe(FILE);
        assertThat(facts)
                .containsEntry("pipeline", "StableDiffusionPipeline")
                .containsEntry("parameters", 859_520_964L);
        assertThat(facts.get("scheduler")).asString().contains("PNDMScheduler", "scaled_linear", "epsilon");
        refusal(FILE, SingleFileOptions.PUBLISHED, "tiny_sd_v1.safetensors (text_encoder): tensor");
    }

    @Test
    void has_the_vocabulary_that_all_have() {
        int[] row = PublishedVocabulary.tokenizer().row("a photo of a cat!");
        assertThat(row)
                .hasSize(77)
                .startsWith(49406, 320, 1125, 539, 320, 2368, 256, 49407, 49407)
                .endsWith(49407);
        assertThat(PublishedVocabulary.tokenizer().size()).isEqualTo(49408);
        assertThat(PublishedVocabulary.tokenizer("!").row("a cat"))
                .startsWith(49406, 320, 2368, 49407, 0)
                .endsWith(0);
    }

    @Test
    void says_in_one_line_what_does_not_fit() throws IOException {
        SingleFileOptions xl = new SingleFileOptions(GoldenCases.find("folders/tiny_sdxl"), null);
        refusal(FILE, xl, "is Stable Diffusion 1, the folder");
        refusal(FILE, new SingleFileOptions(temp, null), "is not a model folder");
        refusal(
                FOLDER.resolve("unet/diffusion_pytorch_model.safetensors"),
                SingleFileOptions.PUBLISHED,
                "name the folder");
        Path empty = Files.createFile(temp.resolve("empty.safetensors"));
        refusal(empty, SingleFileOptions.PUBLISHED, "empty.safetensors");
        assertThatThrownBy(() -> LatentModel.load(FOLDER, LIKE_FOLDER, Compute.DEFAULT))
                .hasMessageContaining("is a folder")
                .hasMessageContaining("omit --model-config");
        assertThatThrownBy(() -> new SingleFileOptions(null, Prediction.X0))
                .hasMessage("Stable Diffusion predicts eps or v, not x0");
    }

    private static void refusal(Path path, SingleFileOptions options, String message) {
        assertThatThrownBy(() -> LatentModel.load(path, options, Compute.DEFAULT))
                .isInstanceOf(DiffusionException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}
