package org.diffusion4j.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;

/**
 * An open safetensors file. Its header was read and checked when it was opened, its data are read when first asked for.
 *
 * <p>The data are read into native memory and not mapped: a mapped file that somebody shortens kills the process at the next
 * touch of a lost page, here it is an error. It also gives aligned tensors, whatever the file.
 *
 * <p>Not thread-safe.
 */
public final class TensorFile implements NamedTensors {

    private final Path path;
    private final FileChannel channel;
    private final SafetensorsHeader header;
    private final long dataStart;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private TensorFile(Path path, FileChannel channel, SafetensorsHeader header, long dataStart) {
        this.path = path;
        this.channel = channel;
        this.header = header;
        this.dataStart = dataStart;
    }

    static TensorFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return open(path, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }

    private static TensorFile open(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw new FormatException(path + ": is " + size + " bytes long, a safetensors file has at least 8");
        }
        ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, prefix, 0);
        long length = prefix.getLong(0);
        long longest = Math.min(SafetensorsHeader.MAX_LENGTH, size - Long.BYTES);
        if (length < 0 || length > longest) {
            throw new FormatException(path + ": states a header of " + Long.toUnsignedString(length)
                    + " bytes, at most " + longest + " are possible in this file; is this a safetensors file?");
        }
        ByteBuffer json = ByteBuffer.allocate((int) length);
        readFully(channel, json, Long.BYTES);
        long dataStart = Long.BYTES + length;
        SafetensorsHeader header = SafetensorsHeader.parse(json.array(), size - dataStart, path.toString());
        return new TensorFile(path, channel, header, dataStart);
    }

    /** What stands under {@code __metadata__}, often {@code format = pt}; empty where there is none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /**
     * All tensors by name, in the order of the file, valid until this file is closed.
     *
     * @throws FormatException if the file has become shorter since it was opened
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    @Override
    public Map<String, Tensor> tensors() {
        if (!channel.isOpen()) {
            throw new IllegalStateException(path + ": the file is used after closing");
        }
        for (SafetensorsHeader.Entry entry : header.entries()) {
            tensors.computeIfAbsent(entry.name(), name -> read(entry));
        }
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public void forEach(BiConsumer<String, Tensor> use) {
        if (!channel.isOpen()) {
            throw new IllegalStateException(path + ": the file is used after closing");
        }
        for (SafetensorsHeader.Entry entry : header.entries()) {
            Tensor present = tensors.get(entry.name());
            if (present != null) {
                use.accept(entry.name(), present);
                continue;
            }
            Tensor read = read(entry);
            try {
                use.accept(entry.name(), read);
            } finally {
                read.releaseReference();
            }
        }
    }

    private Tensor read(SafetensorsHeader.Entry entry) {
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor =
                    torch.empty(entry.sizes(), new TensorOptions(entry.dtype().scalarType), new MemoryFormatOptional());
            long position = dataStart + entry.begin();
            for (ByteBuffer piece : NativeBytes.of(tensor)) {
                position += readFully(channel, piece, position);
            }
            tensor.retainReference();
            return tensor;
        } catch (EOFException e) {
            throw new FormatException(
                    path + ": tensor '" + entry.name() + "' cannot be read: the file was cut short after it was opened",
                    e);
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }

    private static int readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, position + into.position()) < 0) {
                throw new EOFException("the file is shorter than expected");
            }
        }
        return into.limit();
    }

    /** Frees the tensors. */
    @Override
    public void close() {
        tensors.values().forEach(Tensor::releaseReference);
        tensors.clear();
        try {
            channel.close();
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }
}
