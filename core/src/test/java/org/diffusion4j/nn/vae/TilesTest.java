package org.diffusion4j.nn.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Tiles")
class TilesTest {

    private final PointerScope scope = new PointerScope();
    private final AutoGradMode noGrad = new AutoGradMode(false);

    @AfterEach
    void free() {
        noGrad.close();
        scope.close();
    }

    private static Tensor ramp(int batch, int channels, int height, int width) {
        double[] values = new double[batch * channels * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sin(i);
        }
        return Tensors.of(values, batch, channels, height, width);
    }

    @ParameterizedTest
    @CsvSource({"8,2,8,8", "8,2,9,8", "8,4,23,17", "8,0,23,17", "5,1,4,30"})
    void change_nothing_of_a_map_that_sees_single_pixels(int side, int overlap, int height, int width) {
        Tensor x = ramp(2, 3, height, width);
        Tensor whole = torch.upsample_nearest2d(x, new long[] {2 * height, 2 * width});
        Tensor tiled = new Tiles(side, overlap).mapped(x, 1, 2, 3, part -> {
            assertThat(Math.max(part.size(2), part.size(3))).isLessThanOrEqualTo(side);
            return torch.upsample_nearest2d(part, new long[] {2 * part.size(2), 2 * part.size(3)});
        });
        assertThat(tiled.sizes().vec().get()).isEqualTo(whole.sizes().vec().get());
        assertThat(tiled.sub(whole).abs().max().item_double()).isCloseTo(0, within(1e-14)); // a few roundings near 1
    }

    @Test
    void fade_from_one_square_to_the_next() {
        int[] which = {0};
        Tensor tiled = new Tiles(4, 2).mapped(ramp(1, 1, 1, 6), 1, 1, 1, part -> {
            which[0]++;
            return torch.full_like(part, new org.bytedeco.pytorch.Scalar(which[0]));
        });
        assertThat(Tensors.toArray(tiled)).containsExactly(new double[] {1, 1, 1.25, 1.75, 2, 2}, within(1e-14));
    }

    @Test
    void of_one_square_are_the_autoencoder_itself_and_of_more_are_near_it() {
        AutoencoderKLConfig config = AutoencoderKLConfig.fromMap(
                Map.of(
                        "block_out_channels", List.of(4, 8),
                        "down_block_types", List.of("DownEncoderBlock2D", "DownEncoderBlock2D"),
                        "up_block_types", List.of("UpDecoderBlock2D", "UpDecoderBlock2D"),
                        "norm_num_groups", 2),
                "config.json");
        try (AutoencoderKL vae = new AutoencoderKL(config, 0, ScalarType.Double)) {
            Tensor pictures = ramp(2, 3, 24, 20);
            DiagonalGaussian whole = vae.encode(pictures);
            DiagonalGaussian one = new Tiles(12, 4).encode(vae, pictures);
            DiagonalGaussian more = new Tiles(8, 4).encode(vae, pictures);
            assertThat(one.mean().sub(whole.mean()).abs().max().item_double()).isLessThan(1e-12);
            double spread = whole.mean().std(true).item_double();
            double apart = more.mean().sub(whole.mean()).std(true).item_double();
            assertThat(apart).isPositive().isLessThan(spread / 2);
            Tensor tiled = new Tiles(8, 4).decode(vae, whole.mean());
            assertThat(tiled.sizes().vec().get()).containsExactly(2, 3, 24, 20);
        }
    }

    @Test
    void refuse_an_overlap_of_more_than_half() {
        assertThatThrownBy(() -> new Tiles(8, 5)).hasMessage("tiles of 8 can overlap by 0 to 4, not by 5");
    }
}
