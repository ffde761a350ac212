package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.torture.Originals;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The files are {@code torch.save} (PyTorch 2.13) of an ordered dictionary with {@code arange(6.).reshape(2, 3).t()}, a parameter
 * {@code [0.5, -2]}, {@code float16 [1.5]} and {@code tensor(5)}; "sequence" with {@code _use_new_zipfile_serialization=False};
 * "calls-os-system" is a dictionary with an object whose {@code __reduce__} is {@code os.system};
 * "nested" has numbers, a text, a list, and {@code arange(3.)} under {@code state_dict}.
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
    void of_a_checkpoint_of_a_trainer_are_found_under_state_dict() {
        try (NamedTensors file = NamedTensors.open(FILES.resolve("nested.ckpt"))) {
            assertThat(file.tensors().keySet()).containsExactly("a.weight");
            assertThat(Comparison.values(file.tensors().get("a.weight"))).containsExactly(0, 1, 2);
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostilePickles")
    void that_would_cost_endless_time_or_memory_are_refused(String fault, String pickle, @TempDir Path temp)
            throws IOException {
        Map<String, byte[]> entries = Originals.unzip(FILES.resolve("zip.pth"));
        String name = entries.keySet().stream()
                .filter(entry -> entry.endsWith("data.pkl"))
                .findFirst()
                .orElseThrow();
        Path file = temp.resolve("a.pth");
        Files.write(file, Originals.with(entries, name, pickle.getBytes(StandardCharsets.ISO_8859_1)));
        assertThatThrownBy(() -> NamedTensors.open(file))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(fault);
    }

    static Stream<Arguments> hostilePickles() {
        String whole = tensor(storage(6), "K\6", "K\1");
        return Stream.of(
                arguments("keys are neither text nor integers", "}q\0h\0h\0s."), // a dictionary that is a key of itself
                arguments("something outside that is no storage", "]q\0]q\1h\0aaQ."), // a list in a list in it
                arguments("damaged at byte 4", ")K\1a."), // a tuple that is to grow
                arguments("more than 2000000 operations", "N".repeat(2_000_001)),
                arguments("a tensor of 65 dimensions", tensor(storage(6), "K\1".repeat(65), "K\1".repeat(65))),
                arguments(
                        "the storage '0' is described in two ways",
                        dictionary(whole, tensor(storage(5), "K\5", "K\1"))),
                arguments(
                        "share their storages more than 16 times",
                        dictionary(Collections.nCopies(17, whole).toArray(String[]::new))));
    }

    private static String dictionary(String... values) {
        StringBuilder pickle = new StringBuilder("}");
        for (String value : values) {
            pickle.append(text("t" + pickle.length())).append(value).append('s');
        }
        return pickle.append('.').toString();
    }

    private static String tensor(String storage, String shape, String strides) {
        return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K\0(" + shape + "t(" + strides + "ttR";
    }

    /** The first storage of the file, with so many elements. */
    private static String storage(int count) {
        return "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "K" + (char) count + "tQ";
    }

    private static String text(String text) {
        return "X" + (char) text.length() + "\0\0\0" + text;
    }
}
