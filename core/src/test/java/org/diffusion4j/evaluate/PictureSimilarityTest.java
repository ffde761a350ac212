package org.diffusion4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("How alike two pictures are")
class PictureSimilarityTest {

    private static Tensor waves(double phase) {
        return Tensors.of(
                IntStream.range(0, 2 * 3 * 16 * 20)
                        .mapToDouble(i -> Math.sin(i * 0.37 + phase) * 0.5 + 0.5)
                        .toArray(),
                2,
                3,
                16,
                20);
    }

    @Test
    void is_what_scipys_gaussian_filter_gives() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = waves(0);
            Tensor y = x.mul(new Scalar(0.9)).add(waves(5).mul(new Scalar(0.1)));
            assertThat(PictureSimilarity.ssim(x, y))
                    .containsExactly(new double[] {0.992199117471404, 0.9921965573232127}, within(1e-12));
            assertThat(PictureSimilarity.psnr(x, y))
                    .containsExactly(new double[] {27.469129391834027, 27.4681911417371}, within(1e-9));
        }
    }

    @Test
    void is_perfect_for_equal_pictures_and_needs_pictures_of_one_size() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = waves(0);
            assertThat(PictureSimilarity.ssim(x, x)).containsExactly(new double[] {1, 1}, within(1e-12));
            assertThat(PictureSimilarity.psnr(x, x)).containsOnly(Double.POSITIVE_INFINITY);
            assertThatThrownBy(() -> PictureSimilarity.psnr(x, x.narrow(0, 0, 1)))
                    .hasMessageContaining("both of one shape");
            assertThatThrownBy(() -> PictureSimilarity.ssim(x.narrow(2, 0, 8), x.narrow(2, 0, 8)))
                    .hasMessageContaining("a window of 11×11, the pictures are 20×8");
        }
    }
}
