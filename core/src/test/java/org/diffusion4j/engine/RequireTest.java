package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A wrong argument")
class RequireTest {

    @Test
    void is_refused_with_the_sizes_of_tensors_as_numbers() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.of(new double[] {1, 2}, 2, 1);
            assertThatThrownBy(() -> Require.require(false, "%s was %s, %s", "x", x.sizes(), null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("x was [2, 1], null");
        }
    }
}
