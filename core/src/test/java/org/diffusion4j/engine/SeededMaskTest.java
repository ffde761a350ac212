package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A mask of dropout")
class SeededMaskTest {

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void drops_the_share_that_is_asked_for_and_keeps_the_mean() {
        double[] mask = values(SeededMask.like(torch.zeros(100, 1000), 0.3, 7, 0));
        long dropped = Arrays.stream(mask).filter(value -> value == 0).count();
        assertThat(dropped / 1e5).isCloseTo(0.3, within(5 * Math.sqrt(0.3 * 0.7 / 1e5))); // five standard errors
        assertThat(Arrays.stream(mask).filter(value -> value != 0).distinct())
                .containsExactly((double) (float) (1 / 0.7));
    }

    @Test
    void depends_on_seed_layer_and_row_and_not_on_the_rows_beside() {
        Tensor one = SeededMask.like(torch.zeros(5, 3, 11), 0.5, 7, 2);
        Tensor again = SeededMask.like(torch.zeros(9, 3, 11), 0.5, 7, 2).narrow(0, 0, 5);
        assertThat(torch.equal(one, again)).isTrue();
        assertThat(torch.equal(one.select(0, 0), one.select(0, 1))).isFalse();
        assertThat(torch.equal(one, SeededMask.like(one, 0.5, 8, 2))).isFalse();
        assertThat(torch.equal(one, SeededMask.like(one, 0.5, 7, 3))).isFalse();
    }

    @Test
    void has_the_memory_layout_and_the_dtype_of_what_it_is_for() {
        Tensor x = torch.zeros(2, 3, 4, 5).to(torch.ScalarType.BFloat16).contiguous(MemoryFormat.ChannelsLast);
        Tensor mask = SeededMask.like(x, 0.5, 7, 0);
        assertThat(mask.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
        assertThat(mask.scalar_type().intern()).isEqualTo(torch.ScalarType.BFloat16);
        assertThat(mask.eq(new Scalar(0)).any().item_bool()).isTrue();
    }

    @Test
    void refuses_to_drop_everything() {
        assertThatThrownBy(() -> SeededMask.like(torch.zeros(2), 1, 7, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a share to drop must lie in [0, 1), was 1.0");
    }

    private static double[] values(Tensor mask) {
        float[] values = new float[(int) mask.numel()];
        mask.contiguous().<java.nio.FloatBuffer>createBuffer().get(values);
        double[] doubles = new double[values.length];
        Arrays.setAll(doubles, i -> values[i]);
        return doubles;
    }
}
