package org.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A preview of latents")
class PreviewTest {

    @Test
    void finds_the_map_by_which_pictures_were_made_of_latents() {
        try (PointerScope scope = new PointerScope()) {
            Tensor latents = torch.randn(5, 2, 3, 4).mul(new Scalar(0.1));
            Tensor made = torch.stack(
                    new TensorVector(
                            latents.select(1, 0).mul(new Scalar(0.5)),
                            latents.select(1, 1).sub(new Scalar(0.25)),
                            latents.sum(1)),
                    1);
            Preview preview = Preview.fit(latents, torch.upsample_nearest2d(made, new long[] {6, 8}));
            List<List<Double>> expected =
                    List.of(List.of(0.5, 0.0, 1.0), List.of(0.0, 1.0, 1.0), List.of(0.0, -0.25, 0.0));
            for (int row = 0; row < 3; row++) {
                for (int colour = 0; colour < 3; colour++) {
                    assertThat(preview.weights().get(row).get(colour))
                            .isCloseTo(expected.get(row).get(colour), within(1e-5));
                }
            }
            Tensor shown = preview.of(latents, 2);
            assertThat(Tensors.toArray(shown))
                    .containsExactly(Tensors.toArray(torch.upsample_nearest2d(made, new long[] {6, 8})), within(1e-5));
            assertThat(preview.of(latents.mul(new Scalar(1000)), 1).abs().max().item_double())
                    .isEqualTo(1);
            assertThatThrownBy(() -> preview.of(latents.narrow(1, 0, 1), 2))
                    .hasMessageContaining("for latents of 2 channels, these have 1");
        }
    }

    @Test
    void is_read_from_a_folder_s_file_and_refused_where_it_is_no_matrix() {
        Preview preview = new Preview(List.of(List.of(1.0), List.of(-2.0)));
        assertThat(Preview.of(Map.copyOf(preview.toMap()), "file")).contains(preview);
        assertThat(Preview.of(Map.of("preview", List.of(List.of(1L), List.of(2L))), "file"))
                .contains(new Preview(List.of(List.of(1.0), List.of(2.0))));
        assertThat(Preview.of(Map.of(), "file")).isEmpty();
        assertThatThrownBy(() -> Preview.of(Map.of("preview", List.of(List.of(1.0), List.of("a"))), "file"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("file: preview: a row must be a list of numbers");
        assertThatThrownBy(() -> Preview.of(Map.of("preview", List.of(List.of(1.0), List.of(1.0, 2.0))), "file"))
                .hasMessageContaining("all as long");
    }
}
