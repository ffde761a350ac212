package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Out of native memory")
class OutOfNativeMemoryExceptionTest {

    @Test
    void is_told_in_one_line_that_says_what_to_lower() {
        Libtorch.start();
        RuntimeException thrown = catchThrowableOfType(RuntimeException.class, () -> {
            try (PointerScope scope = new PointerScope()) {
                torch.zeros(1L << 50);
            }
        });
        assertThat(OutOfNativeMemoryException.explained(thrown, "lower train.batchSize, 64"))
                .isInstanceOf(OutOfNativeMemoryException.class)
                .hasMessage("there is not enough memory: lower train.batchSize, 64")
                .hasCause(thrown);
    }

    @Test
    void leaves_any_other_exception_as_it_is() {
        IllegalStateException other = new IllegalStateException("something else");
        assertThat(OutOfNativeMemoryException.explained(other, "lower it")).isSameAs(other);
    }
}
