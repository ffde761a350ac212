package org.diffusion4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.golden.GoldenCases;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("safetensors")
class SafetensorsTest {

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    @ParameterizedTest
    @EnumSource
    void keeps_values_and_shape_of_every_dtype(SafetensorsHeader.Dtype dtype) {
        try (PointerScope scope = new PointerScope()) {
            Tensor written = torch.arange(new Scalar(6)).to(dtype.scalarType).reshape(2, 3);
            Safetensors.write(folder.resolve("a"), Map.of("t", written), Map.of());
            try (TensorFile file = Safetensors.open(folder.resolve("a"))) {
                Tensor read = tensor(file, "t");
                assertThat(read.scalar_type().intern()).isEqualTo(dtype.scalarType);
                assertThat(read.equal(written)).isTrue();
            }
        }
    }

    @Test
    void writes_a_strided_tensor_by_its_values_and_keeps_empty_and_scalar_shapes() {
        try (PointerScope scope = new PointerScope()) {
            Tensor transposed = torch.arange(new Scalar(6)).reshape(2, 3).t();
            Map<String, Tensor> tensors = Map.of(
                    "transposed", transposed, "empty", torch.zeros(0, 3), "scalar", torch.scalar_tensor(new Scalar(7)));
            Safetensors.write(folder.resolve("a"), tensors, Map.of());
            try (TensorFile file = Safetensors.open(folder.resolve("a"))) {
                tensors.forEach((name, tensor) ->
                        assertThat(tensor(file, name).equal(tensor)).as(name).isTrue());
            }
        }
    }

    @Test
    void keeps_a_tensor_that_is_longer_than_the_pieces_in_which_it_goes_to_the_disk() {
        try (PointerScope scope = new PointerScope()) {
            Tensor written = torch.arange(new Scalar(700_001)).to(ScalarType.Float); // 2.8 MB
            Safetensors.write(folder.resolve("a"), Map.of("t", written), Map.of());
            try (TensorFile file = Safetensors.open(folder.resolve("a"))) {
                assertThat(tensor(file, "t").equal(written)).isTrue();
            }
        }
    }

    @Test
    void leaves_native_memory_where_it_was() {
        Path path = folder.resolve("a");
        try (PointerScope scope = new PointerScope()) {
            Tensor transposed = torch.ones(512, 512).t(); // 1 MiB, made contiguous to be written
            writeAndRead(path, transposed, 10);
            long before = Pointer.physicalBytes();
            writeAndRead(path, transposed, 40);
            assertThat(Pointer.physicalBytes() - before)
                    .isLessThan(20 << 20); // one tensor lost a round would be 40 MiB
        }
    }

    private static void writeAndRead(Path path, Tensor tensor, int rounds) {
        for (int i = 0; i < rounds; i++) {
            Safetensors.write(path, Map.of("t", tensor), Map.of());
            try (TensorFile file = Safetensors.open(path)) {
                assertThat(file.tensors()).hasSize(1);
            }
        }
    }

    @Test
    void refuses_use_after_closing() throws IOException {
        TensorFile file = Safetensors.open(small());
        file.close();
        file.close();
        assertThatThrownBy(file::tensors)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(folder.resolve("small") + ": the file is used after closing");
    }

    @Test
    void lays_wide_types_before_narrow_ones_and_names_in_order_whatever_the_map() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("b", torch.zeros(1));
            tensors.put("half", torch.zeros(1).to(ScalarType.Half));
            tensors.put("a", torch.zeros(1));
            tensors.put("z", torch.zeros(1).to(ScalarType.Double));
            Safetensors.write(folder.resolve("a"), tensors, Map.of("version", "1", "format", "pt"));
        }
        assertThat(header(folder.resolve("a")).stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"format\":\"pt\",\"version\":\"1\"},"
                        + "\"z\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]},"
                        + "\"half\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[16,18]}}");
    }

    /** What the format's own library wrote: a file with every dtype, and the weights of the golden model folders. */
    private static Stream<Path> publishedWeights() {
        return GoldenCases.roots().stream().flatMap(SafetensorsTest::weightsBelow);
    }

    private static Stream<Path> weightsBelow(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith("model.safetensors")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(root.toString(), e);
        }
    }

    @Test
    void writes_back_published_weights_byte_for_byte() throws IOException {
        Path copy = folder.resolve("copy");
        for (Path published : publishedWeights().toList()) {
            try (TensorFile file = Safetensors.open(published)) {
                Safetensors.write(copy, file.tensors(), file.metadata());
            }
            assertThat(Files.mismatch(published, copy)).as(published.toString()).isEqualTo(-1);
        }
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            [{}]                                                                    | 0 | bad: the header does not start with '{'; is this a safetensors file?
            {"a":1,"a":2}                                                           | 0 | bad: header: line 1, column 8: the key 'a' stands twice in one object
            {"a":NaN}                                                               | 0 | bad: header: line 1, column 9: Non-standard token 'NaN'
            {"a":1} x                                                               | 0 | bad: header: line 1, column 9: Unrecognized token 'x'
            {"a":[]}                                                                | 0 | bad: tensor 'a': is a list, an object was expected
            {"__metadata__":{"steps":5}}                                            | 0 | bad: __metadata__: 'steps' is the number 5, only text is allowed there
            {"__metadata__":"pt"}                                                   | 0 | bad: __metadata__: is the text "pt", an object was expected
            {"a":{"dtype":"U8","shape":[1]}}                                        | 1 | bad: tensor 'a' has the fields [dtype, shape], it needs dtype, shape and data_offsets, nothing else
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":0}}             | 1 | bad: tensor 'a' has the fields [dtype, shape, data_offsets, x], it needs dtype, shape and data_offsets, nothing else
            {"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}              | 1 | bad: tensor 'a' has the dtype "F8_E4M3", which is not read here (fp8 is not supported; use a file in float16, bfloat16 or float32); known are [BOOL, U8, I8, I16, F16, BF16, I32, F32, F64, I64]
            {"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}                  | 1 | bad: tensor 'a': shape is [-1], expected a list of integers from 0 to 2^63 - 1
            {"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}                 | 1 | bad: tensor 'a': shape is [1.0], expected a list of integers from 0 to 2^63 - 1
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}                   | 1 | bad: tensor 'a' has data_offsets [1, 0], expected begin ≤ end ≤ 1, the length of the data; is the file cut short?
            {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}                   | 1 | bad: tensor 'a' has data_offsets [0, 2], expected begin ≤ end ≤ 1, the length of the data; is the file cut short?
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551616]}}| 1 | bad: tensor 'a': data_offsets is [0,18446744073709551616], expected a list of integers from 0 to 2^63 - 1
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                  | 4 | bad: tensor 'a' has 4 bytes of data, F32 of shape [2] needs 8
            {"a":{"dtype":"I64","shape":[4294967296,4294967296],"data_offsets":[0,0]}} | 0 | bad: tensor 'a' has the shape [4294967296, 4294967296], which no file can hold
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}                   | 2 | bad: tensor 'a' begins at 1 of the data, expected 0, where the one before ends; the data may have no holes
            {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}} | 3 | bad: tensor 'b' begins at 1 of the data, expected 2, where the one before ends; the data may have no overlaps
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}                   | 2 | bad: the file has 2 bytes of data, its tensors end at 1
            """)
    void refuses_a_bad_header(String header, int dataLength, String message) throws IOException {
        Path bad = file(header.getBytes(StandardCharsets.UTF_8), header.length(), dataLength);
        assertThatThrownBy(() -> Safetensors.open(bad))
                .isInstanceOf(FormatException.class)
                .hasMessage(message.replaceFirst("bad", bad.toString().replace("\\", "\\\\")));
    }

    @Test
    void refuses_a_header_that_is_longer_than_the_file() throws IOException {
        Path bad = file("{}".getBytes(StandardCharsets.UTF_8), 3, 0);
        assertThatThrownBy(() -> Safetensors.open(bad))
                .isInstanceOf(FormatException.class)
                .hasMessage(
                        bad
                                + ": states a header of 3 bytes, at most 2 are possible in this file; is this a safetensors file?");
    }

    @Test
    void refuses_a_header_of_more_than_a_hundred_million_bytes() throws IOException {
        Path bad = file(new byte[0], 100_000_001, 0);
        try (RandomAccessFile sparse = new RandomAccessFile(bad.toFile(), "rw")) {
            sparse.setLength(200_000_000);
        }
        assertThatThrownBy(() -> Safetensors.open(bad))
                .isInstanceOf(FormatException.class)
                .hasMessage(bad + ": states a header of 100000001 bytes, at most 100000000 are possible in this file;"
                        + " is this a safetensors file?");
    }

    @Test
    void refuses_a_header_that_is_not_utf8() throws IOException {
        Path bad = file(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, 7, 0);
        assertThatThrownBy(() -> Safetensors.open(bad))
                .isInstanceOf(FormatException.class)
                .hasMessage(bad + ": header: is not UTF-8 text");
    }

    @Test
    void refuses_a_file_without_room_for_the_length() throws IOException {
        Path bad = Files.write(folder.resolve("bad"), new byte[7]);
        assertThatThrownBy(() -> Safetensors.open(bad))
                .isInstanceOf(FormatException.class)
                .hasMessage(bad + ": is 7 bytes long, a safetensors file has at least 8");
    }

    @Test
    void names_a_file_that_is_not_there() {
        Path absent = folder.resolve("absent");
        assertThatThrownBy(() -> Safetensors.open(absent))
                .isInstanceOf(DiffusionException.class)
                .hasMessage(absent + ": cannot be read: there is no such file or folder");
    }

    @Test
    void reports_a_file_that_was_cut_short_after_it_was_opened() throws IOException {
        Path path = small();
        try (TensorFile file = Safetensors.open(path)) {
            try (RandomAccessFile cut = new RandomAccessFile(path.toFile(), "rw")) {
                cut.setLength(Files.size(path) - 1);
            }
            assertThatThrownBy(file::tensors)
                    .isInstanceOf(FormatException.class)
                    .hasMessage(path + ": tensor 'b' cannot be read: the file was cut short after it was opened");
            assertThatThrownBy(file::tensors).as("asked again").isInstanceOf(FormatException.class);
        }
    }

    @Test
    void refuses_every_truncation() throws IOException {
        byte[] whole = Files.readAllBytes(small());
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.open(cut)).isInstanceOf(FormatException.class);
        }
    }

    @Test
    void reads_or_refuses_a_header_with_a_bit_flipped_in_any_byte() throws IOException {
        Path small = small();
        byte[] bytes = Files.readAllBytes(small);
        int headerEnd = Long.BYTES + header(small).length();
        for (int i = 0; i < headerEnd; i++) {
            byte flip = (byte) (1 << i % Byte.SIZE);
            bytes[i] ^= flip;
            Path flipped = Files.write(folder.resolve("flipped"), bytes);
            try (TensorFile file = Safetensors.open(flipped)) {
                assertThat(file.tensors()).isNotEmpty();
            } catch (FormatException expected) {
                assertThat(expected).hasMessageStartingWith(flipped.toString());
            }
            bytes[i] ^= flip;
        }
    }

    @Test
    void leaves_the_old_file_and_nothing_else_when_it_cannot_write() throws IOException {
        Path path = small();
        byte[] before = Files.readAllBytes(path);
        try (PointerScope scope = new PointerScope()) {
            Tensor complex = torch.zeros(new long[] {1}, new TensorOptions(ScalarType.ComplexFloat));
            assertThatThrownBy(() -> Safetensors.write(path, Map.of("c", complex), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tensor 'c' has the dtype ComplexFloat, which safetensors files here do not hold;"
                            + " known are [BOOL, U8, I8, I16, F16, BF16, I32, F32, F64, I64]");
        }
        assertThat(path).hasBinaryContent(before);
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    /** Two tensors, 3 bytes of data. */
    private Path small() {
        Path path = folder.resolve("small");
        try (PointerScope scope = new PointerScope()) {
            Tensor bytes = torch.ones(2).to(ScalarType.Byte);
            Safetensors.write(path, Map.of("a", bytes, "b", bytes.narrow(0, 0, 1)), Map.of("format", "pt"));
        }
        return path;
    }

    private static Tensor tensor(TensorFile file, String name) {
        return Objects.requireNonNull(file.tensors().get(name));
    }

    private Path file(byte[] header, long statedLength, int dataLength) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataLength).order(ByteOrder.LITTLE_ENDIAN);
        return Files.write(
                folder.resolve("bad"), bytes.putLong(statedLength).put(header).array());
    }

    private static String header(Path path) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        return new String(bytes.array(), 8, (int) bytes.getLong(0), StandardCharsets.UTF_8);
    }
}
