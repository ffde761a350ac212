package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.io.SafetensorsHeader.Dtype;
import org.diffusion4j.io.SafetensorsHeader.Entry;

/**
 * The safetensors format: a length of eight bytes, a JSON header, then the tensors' bytes without holes. Nothing in it is executed.
 *
 * <p>Dtypes: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL. Files are laid out as the format's own library does, so that a file
 * that it wrote is written again byte for byte.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public final class Safetensors {

    private Safetensors() {}

    /**
     * Opens a file and checks its header against its length; reads no data yet.
     *
     * @throws org.diffusion4j.engine.FormatException if the file is not a well-formed safetensors file
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public static TensorFile open(Path path) {
        return TensorFile.open(path);
    }

    /**
     * Writes a file, whole or not at all; one that exists is replaced. The same input gives the same bytes.
     *
     * @param tensors by name, of any strides and device; one at a time is made contiguous
     * @param metadata written in the order of its keys; nothing is written where it is empty
     * @throws IllegalArgumentException if the format has no such dtype
     * @throws org.diffusion4j.engine.DiffusionException if the file cannot be written
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) {
        Libtorch.start();
        List<Entry> unplaced = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            tensors.forEach((name, tensor) -> unplaced.add(entry(name, tensor)));
        }
        SafetensorsHeader header = SafetensorsHeader.layOut(unplaced, new TreeMap<>(metadata));
        AtomicFile.write(path, out -> {
            writeHeader(out, header.json());
            for (Entry entry : header.entries()) {
                writeData(out, Objects.requireNonNull(tensors.get(entry.name())));
            }
        });
    }

    /**
     * The same with all tensors as the same dtype.
     *
     * @param dtype what they become in the file
     */
    public static void write(Path path, Map<String, Tensor> tensors, ScalarType dtype, Map<String, String> metadata) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            Map<String, Tensor> stored = new LinkedHashMap<>();
            tensors.forEach((name, tensor) -> stored.put(name, tensor.to(dtype)));
            write(path, stored, metadata);
        }
    }

    private static Entry entry(String name, Tensor tensor) {
        Dtype dtype = Dtype.of(tensor.scalar_type().intern());
        require(
                dtype != null,
                "tensor '%s' has the dtype %s, which safetensors files here do not hold; known are %s",
                name,
                tensor.scalar_type(),
                Arrays.toString(Dtype.values()));
        List<Long> shape = Arrays.stream(tensor.sizes().vec().get()).boxed().toList();
        return new Entry(name, dtype, shape, 0, tensor.nbytes());
    }

    private static void writeHeader(FileChannel out, byte[] json) throws IOException {
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        AtomicFile.writeFully(out, length.putLong(json.length).flip());
        AtomicFile.writeFully(out, ByteBuffer.wrap(json));
    }

    private static void writeData(FileChannel out, Tensor tensor) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            for (ByteBuffer piece : NativeBytes.of(tensor.detach().cpu().contiguous())) {
                AtomicFile.writeFully(out, piece);
            }
        }
    }
}
