package org.diffusion4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Precision")
class PrecisionTest {

    @Test
    void knows_what_the_processor_has_instructions_for(@TempDir Path folder) throws IOException {
        assertThat(Precision.detect(cpu(folder, "fpu avx2 avx512f avx512_bf16")))
                .containsExactly(Precision.FLOAT32, Precision.BFLOAT16);
        assertThat(Precision.detect(cpu(folder, "fpu avx2 amx_bf16 amx_tile"))).contains(Precision.BFLOAT16);
        assertThat(Precision.detect(cpu(folder, "fpu avx512f avx512_fp16 amx_bf16")))
                .containsExactly(Precision.FLOAT32, Precision.BFLOAT16, Precision.FLOAT16);
        assertThat(Precision.detect(cpu(folder, "fpu avx2 avx512f"))).containsExactly(Precision.FLOAT32);
        assertThat(Precision.detect(folder.resolve("no-such-file"))).containsExactly(Precision.FLOAT32);
    }

    @Test
    void is_decided_by_the_device_and_before_it_by_the_environment() {
        Device gpu = Device.named("cuda");
        assertThat(Precision.best(Device.CPU, "float32")).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.best(Device.CPU, "bf16")).isEqualTo(Precision.BFLOAT16);
        assertThat(Precision.best(gpu, "float32")).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.best(gpu, "")).isEqualTo(Precision.BFLOAT16);
        assertThat(Precision.best(Device.CPU, "")).isEqualTo(Precision.best(Device.CPU, null));
        assertThat(Precision.AUTO.on(Device.CPU)).isIn(Precision.FLOAT32, Precision.BFLOAT16);
        assertThat(Precision.FLOAT16.on(Device.CPU)).isEqualTo(Precision.FLOAT16);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Precision.best(Device.CPU, "fp16"))
                .withMessageStartingWith("there is no DIFFUSION4J_PRECISION 'fp16'");
    }

    @Test
    void has_names() {
        for (Precision precision : Precision.values()) {
            assertThat(Precision.named(precision.toString())).isEqualTo(precision);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Precision.named("bf61"))
                .withMessage(
                        "there is no precision 'bf61'; did you mean 'bf16'? known are: auto, bf16, float16, float32");
    }

    @Test
    void has_a_dtype_once_it_is_decided() {
        assertThat(Precision.BFLOAT16.dtype()).isEqualTo(ScalarType.BFloat16);
        assertThatIllegalStateException()
                .isThrownBy(Precision.AUTO::dtype)
                .withMessageContaining("'auto' has no dtype");
    }

    private static Path cpu(Path folder, String flags) throws IOException {
        return Files.writeString(folder.resolve("cpuinfo"), "processor : 0\nflags\t\t: " + flags + "\nbugs :\n");
    }
}
