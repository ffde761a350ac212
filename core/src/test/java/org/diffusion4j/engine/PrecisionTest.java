package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Precision")
class PrecisionTest {

    @Test
    void is_float32_until_bfloat16_is_opened_and_again_afterwards() {
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
        try (Precision.Scope outer = Precision.BFLOAT16.open()) {
            try (Precision.Scope inner = Precision.FLOAT32.open()) {
                assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
            }
            assertThat(Precision.current()).isEqualTo(Precision.BFLOAT16);
        }
        assertThat(Precision.current()).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void is_the_opening_threads_own() {
        try (Precision.Scope open = Precision.BFLOAT16.open()) {
            assertThat(CompletableFuture.supplyAsync(Precision::current).join()).isEqualTo(Precision.FLOAT32);
        }
    }

    @Test
    void is_best_in_bfloat16_where_the_processor_has_instructions_for_it(@TempDir Path folder) throws IOException {
        assertThat(Precision.detect(cpu(folder, "fpu avx2 avx512f avx512_bf16")))
                .isEqualTo(Precision.BFLOAT16);
        assertThat(Precision.detect(cpu(folder, "fpu avx2 amx_bf16 amx_tile"))).isEqualTo(Precision.BFLOAT16);
        assertThat(Precision.detect(cpu(folder, "fpu avx2 avx512f"))).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.detect(folder.resolve("no-such-file"))).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void is_best_as_the_environment_says() {
        assertThat(Precision.best("float32")).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.best("bf16")).isEqualTo(Precision.BFLOAT16);
        assertThat(Precision.best("")).isEqualTo(Precision.best(null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Precision.best("fp16"))
                .withMessageStartingWith("there is no DIFFUSION4J_PRECISION 'fp16'");
    }

    private static Path cpu(Path folder, String flags) throws IOException {
        return Files.writeString(folder.resolve("cpuinfo"), "processor : 0\nflags\t\t: " + flags + "\nbugs :\n");
    }
}
