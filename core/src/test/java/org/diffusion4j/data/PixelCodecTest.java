package org.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("the pixel codec")
class PixelCodecTest {

    private final PixelCodec codec = new PixelCodec();

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    @Test
    void maps_0_to_minus_1_and_255_to_1() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = codec.encode(levels());
            assertThat(x0.scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(x0.min().item_float()).isEqualTo(-1);
            assertThat(x0.max().item_float()).isEqualTo(1);
        }
    }

    @Test
    void gives_back_every_level() {
        try (PointerScope scope = new PointerScope()) {
            Tensor levels = levels();
            assertThat(codec.decode(codec.encode(levels)).equal(levels)).isTrue();
        }
    }

    @Test
    void makes_what_lies_outside_black_or_white() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = torch.tensor(-3f, -1f, 0f, 1f, 3f);
            assertThat(TestImages.bytes(codec.decode(x0))).containsExactly(0, 0, 128, 255, 255);
            FloatBuffer unit = codec.toUnitRange(x0).createBuffer();
            float[] intensities = new float[5];
            unit.get(intensities);
            assertThat(intensities).containsExactly(0, 0, 0.5f, 1, 1);
        }
    }

    @Test
    void draws_grey_and_colour() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = torch.tensor(-1f, 1f, 0f, 1f, -1f, 1f).reshape(1, 3, 1, 2);
            BufferedImage colour = codec.toImages(x0).get(0);
            assertThat(colour.getRGB(0, 0) & 0xffffff).isEqualTo(0x008000);
            assertThat(colour.getRGB(1, 0) & 0xffffff).isEqualTo(0xffffff);
            List<BufferedImage> grey = codec.toImages(x0.reshape(3, 1, 1, 2));
            assertThat(grey).hasSize(3);
            assertThat(grey.get(1).getRaster().getSample(0, 0, 0)).isEqualTo(128);
        }
    }

    @Test
    void refuses_what_is_not_a_picture() {
        try (PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> codec.toImages(torch.zeros(1, 4, 2, 2)))
                    .hasMessage("pictures need 1 or 3 channels, got 4");
            assertThatThrownBy(() -> codec.toImages(torch.zeros(2, 2)))
                    .hasMessage("pictures need [batch, channels, height, width], got 2 dimensions");
        }
    }

    private static Tensor levels() {
        return torch.arange(new Scalar(256)).to(ScalarType.Byte).reshape(1, 1, 16, 16);
    }
}
