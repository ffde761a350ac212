package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.image.ShippedFiles;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A shipped model that draws from words")
class ShippedLatentModelTest {

    @TempDir
    private Path home;

    @Test
    void is_found_by_its_name() {
        assertThat(ShippedLatentModel.named("emoji")).contains(ShippedLatentModel.EMOJI);
        assertThat(ShippedLatentModel.named("emojis")).isEmpty();
    }

    @Test
    void says_what_a_build_without_it_lacks() {
        ShippedFiles files = new ShippedFiles("mnist", List.of("model_index.json", "vae/config.json"));
        assertThatThrownBy(() -> ShippedLatentModel.folder(files, home))
                .isInstanceOf(DiffusionException.class)
                .hasMessage("mnist: the model does not come with this build, which lacks mnist/vae/config.json;"
                        + " 'train recipes/latent-emoji.json' makes one, see docs/text-to-image.md");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void lies_in_a_folder_named_by_what_is_in_it() {
        Path one = ShippedLatentModel.folder(new ShippedFiles("mnist", List.of("model_index.json")), home);
        Path other = ShippedLatentModel.folder(new ShippedFiles("mnist", List.of("card.json")), home);
        assertThat(one).isNotEqualTo(other);
        assertThat(one.resolve("model_index.json")).exists();
        assertThat(other.getParent()).isEqualTo(home.resolve("models"));
    }
}
