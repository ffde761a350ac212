package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.golden.Comparison;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files are {@code torch.save} (PyTorch 2.13) of an ordered dictionary with {@code arange(6.).reshape(2, 3).t()}, a parameter
 * {@code [0.5, -2]}, {@code float16 [1.5]} and {@code tensor(5)}; "sequence" with {@code _use_new_zipfile_serialization=False};
 * "calls-os-system" is a dictionary with an object whose {@code __reduce__} is {@code os.system}.
 */
@DisplayName("Weights of torch.save")
class TorchFileTest {

    private static final Path FILES = Path.of("src/test/resources/torch");

    @ParameterizedTest
    @ValueSource(strings = {"zip.pth", "sequence.pth"})
    void are_read_as_tensors_of_their_shapes_and_strides(String name) {
        try (PointerScope scope = new PointerScope();
                NamedTensors file = NamedTensors.open(FILES.resolve(name))) {
            Map<String, Tensor> tensors = file.tensors();
            assertThat(tensors.keySet()).containsExactly("transposed", "parameter", "half", "scalar");
            assertThat(tensors.get("transposed").sizes().vec().get()).containsExactly(3, 2);
            assertThat(Comparison.values(tensors.get("transposed"))).containsExactly(0, 3, 1, 4, 2, 5);
            assertThat(Comparison.values(tensors.get("parameter"))).containsExactly(0.5, -2);
            assertThat(Comparison.values(tensors.get("half"))).containsExactly(1.5);
            assertThat(tensors.get("scalar").dim()).isZero();
            assertThat(Comparison.values(tensors.get("scalar"))).containsExactly(5);
        }
    }

    @Test
    void that_would_call_something_are_refused_by_its_name() {
        assertThatThrownBy(() -> NamedTensors.open(FILES.resolve("calls-os-system.pth")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("the pickle calls 'posix.system', which is never done here")
                .hasMessageEndingWith("best as .safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zip.pth", "sequence.pth"})
    void that_are_cut_short_anywhere_are_refused(String name, @TempDir Path temp) throws IOException {
        byte[] whole = Files.readAllBytes(FILES.resolve(name));
        Path cut = temp.resolve(name);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> NamedTensors.open(cut))
                    .as("%s bytes of %s", length, whole.length)
                    .isInstanceOf(FormatException.class)
                    .hasMessageStartingWith(cut.toString());
        }
    }

    @Test
    void with_a_byte_changed_are_read_or_refused_and_nothing_else(@TempDir Path temp) throws IOException {
        byte[] whole = Files.readAllBytes(FILES.resolve("sequence.pth"));
        Path changed = temp.resolve("changed.pth");
        for (int i = 0; i < whole.length; i++) {
            byte[] bytes = whole.clone();
            bytes[i] ^= 0x41;
            Files.write(changed, bytes);
            try {
                NamedTensors.open(changed).close();
            } catch (FormatException refused) {
                assertThat(refused).hasMessageStartingWith(changed.toString());
            }
        }
    }
}
