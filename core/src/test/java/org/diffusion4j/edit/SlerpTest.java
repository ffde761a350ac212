package org.diffusion4j.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Spherical interpolation")
class SlerpTest {

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void walks_the_arc_between_vectors_of_one_length() {
        double third = Math.PI / 6;
        assertThat(between(new double[] {2, 0}, new double[] {0, 2}, 0)).containsExactly(2, 0);
        assertThat(between(new double[] {2, 0}, new double[] {0, 2}, 1)).containsExactly(0, 2);
        assertThat(between(new double[] {2, 0}, new double[] {0, 2}, 1 / 3.0))
                .containsExactly(new double[] {2 * Math.cos(third), 2 * Math.sin(third)}, within(1e-15));
    }

    @Test
    void walks_the_chord_where_there_is_no_angle() {
        assertThat(between(new double[] {3, 4}, new double[] {3, 4}, 0.3))
                .containsExactly(new double[] {3, 4}, within(1e-15));
        assertThat(between(new double[] {3, 4}, new double[] {6, 8}, 0.5))
                .containsExactly(new double[] {4.5, 6}, within(1e-15));
    }

    @Test
    void takes_each_sample_by_itself_and_keeps_shape_and_dtype() {
        Tensor from = Tensors.of(new double[] {1, 0, 0, 5, 0, 0}, 2, 1, 3).to(ScalarType.Float);
        Tensor to = Tensors.of(new double[] {0, 1, 0, 0, 0, 5}, 2, 1, 3).to(ScalarType.Float);

        Tensor found = Slerp.between(from, to, 0.5, 0);

        assertThat(found.scalar_type().intern()).isEqualTo(ScalarType.Float);
        assertThat(found.sizes().vec().get()).containsExactly(2, 1, 3);
        double half = (float) Math.sqrt(0.5);
        assertThat(Comparison.values(found)).containsExactly(half, half, 0, 5, 0, 0);
    }

    @Test
    void refuses_a_share_too_few() {
        assertThatThrownBy(() -> Slerp.between(Tensors.of(new double[4], 2, 2), Tensors.of(new double[4], 2, 2), 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("each sample needs a share, there are 2 and 2 samples and 1 shares");
    }

    private static double[] between(double[] from, double[] to, double share) {
        return Comparison.values(Slerp.between(Tensors.of(from, 1, 2), Tensors.of(to, 1, 2), share));
    }
}
