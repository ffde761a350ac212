package org.diffusion4j.nn.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Parameters.Parameter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The discriminator of patches")
class PatchDiscriminatorTest {

    private static Tensor wave(int phase, long... shape) {
        int count =
                (int) IntStream.range(0, shape.length).mapToLong(i -> shape[i]).reduce(1, (a, b) -> a * b);
        double[] values = IntStream.range(0, count)
                .mapToDouble(i -> 0.3 * Math.sin(0.7 * i + phase))
                .toArray();
        return Tensors.of(values, shape);
    }

    /**
     * PyTorch 2.13 in float64, all tensors 0.3·sin(0.7·i + k), the parameters with k from 0 in this order, the pictures with k = 100: Conv2d(2,
     * 8, 4, 2, 1), leaky_relu 0.2, Conv2d(8, 16, 4, 2, 1), GroupNorm(2, 16), leaky_relu, Conv2d(16, 32, 4, 1, 1), GroupNorm(4, 32),
     * leaky_relu, Conv2d(32, 1, 4, 1, 1).
     */
    @Test
    void says_what_pytorch_says_of_each_patch_whatever_else_is_in_the_batch() {
        try (PatchDiscriminator network =
                        new PatchDiscriminator(new PatchDiscriminator.Config(2, 8, 2), 0, ScalarType.Double);
                PointerScope scope = new PointerScope()) {
            List<Parameter> parameters = network.parameters().all();
            assertThat(parameters).hasSize(12);
            for (int k = 0; k < parameters.size(); k++) {
                Parameter parameter = parameters.get(k);
                parameter.value().copy_(wave(k, parameter.shape()));
            }
            Tensor pictures = wave(100, 2, 2, 12, 16);
            Tensor logits = network.of(pictures);
            assertThat(logits.sizes().vec().get()).containsExactly(2, 2);
            assertThat(Tensors.toArray(logits.flatten()))
                    .containsExactly(
                            new double[] {
                                0.13722419061189917, 0.3136620834692273, 0.1423391846395643, 0.2939911692843898
                            },
                            within(1e-12));
            assertThat(Tensors.toArray(network.of(pictures.narrow(0, 1, 1)).flatten()))
                    .containsExactly(Tensors.toArray(logits.narrow(0, 1, 1).flatten()), within(1e-13));
        }
    }

    @Test
    void refuses_pictures_without_a_patch_and_settings_out_of_range() {
        PatchDiscriminator.Config config = new PatchDiscriminator.Config(1, 8, 3);
        assertThat(config.patches(28)).isEqualTo(1);
        assertThat(config.patches(23)).isZero();
        try (PatchDiscriminator network = new PatchDiscriminator(config, 0, ScalarType.Double);
                PointerScope scope = new PointerScope()) {
            assertThatThrownBy(() -> network.of(wave(0, 1, 1, 24, 23)))
                    .hasMessage("the discriminator needs [batch, 1, height, width] of at least 24×24,"
                            + " was given [1, 1, 24, 23]");
        }
        assertThatThrownBy(() -> new PatchDiscriminator.Config(1, 12, 3))
                .hasMessage("the width of a discriminator must be a multiple of 8, was 12");
        assertThatThrownBy(() -> new PatchDiscriminator.Config(1, 8, 0)).hasMessageContaining("1 to 16 layers");
    }
}
