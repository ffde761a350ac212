package org.diffusion4j.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.io.Unpickler.Storage;
import org.diffusion4j.io.Unpickler.View;

/**
 * Weights that {@code torch.save} wrote, as a dictionary of tensors, or one under {@code state_dict}: a zip with a pickle and a file for each storage, or, before PyTorch
 * 1.6, pickles and storages one after the other. The pickle is read as data, see {@link Unpickler}.
 */
final class TorchFile implements NamedTensors {

    private static final Map<String, ScalarType> DTYPES = Map.of(
            "FloatStorage", ScalarType.Float,
            "DoubleStorage", ScalarType.Double,
            "HalfStorage", ScalarType.Half,
            "BFloat16Storage", ScalarType.BFloat16,
            "LongStorage", ScalarType.Long,
            "IntStorage", ScalarType.Int,
            "ByteStorage", ScalarType.Byte,
            "BoolStorage", ScalarType.Bool);

    /** The weights in a checkpoint of a trainer, beside the state of the training, which is passed over. */
    private static final String STATE = "state_dict";

    private static final int LONGEST_PICKLE = 16 << 20;
    private static final int ZIP = 0x04034b50;

    /** The most that one byte of deflate can become. */
    private static final int LARGEST_EXPANSION = 1032;

    /** How many times as large as its storages the tensors of a file may be; two or three where weights are shared. */
    private static final int MOST_SHARING = 16;

    private final Map<String, Tensor> tensors;

    private TorchFile(Map<String, Tensor> tensors) {
        this.tensors = tensors;
    }

    static TorchFile open(Path file) {
        Libtorch.start();
        try (PointerScope scope = new PointerScope();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer magic = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
            channel.read(magic, 0);
            Map<String, Tensor> tensors = magic.getInt(0) == ZIP ? zipped(file) : inSequence(file, channel);
            tensors.values().forEach(Tensor::retainReference);
            return new TorchFile(tensors);
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        }
    }

    private static Map<String, Tensor> zipped(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry pickle = zip.stream()
                    .filter(entry -> entry.getName().matches("[^/]+/data\\.pkl"))
                    .findFirst()
                    .orElseThrow(() -> new FormatException(file + ": is a zip, but not one of weights: no data.pkl"));
            String top = pickle.getName().replace("data.pkl", "");
            ZipEntry order = zip.getEntry(top + "byteorder");
            if (order != null && !new String(bytes(zip, order, file), StandardCharsets.US_ASCII).equals("little")) {
                throw new FormatException(file + ": was written by a big-endian machine; convert it to .safetensors");
            }
            Object root = new Unpickler(ByteBuffer.wrap(bytes(zip, pickle, file)), file.toString()).read();
            Map<String, Tensor> storages = new HashMap<>();
            Map<String, View> views = views(root, file);
            for (View view : views.values()) {
                Storage storage = view.storage();
                if (!storages.containsKey(storage.key())) {
                    ZipEntry entry = zip.getEntry(top + "data/" + storage.key());
                    if (entry == null) {
                        throw new FormatException(file + ": the storage '" + storage.key() + "' is missing");
                    }
                    if (entry.getSize() > Files.size(file) * LARGEST_EXPANSION) {
                        throw new FormatException(file + ": the storage '" + storage.key() + "' states "
                                + entry.getSize() + " bytes, more than a file of its length can hold");
                    }
                    try (ReadableByteChannel in = Channels.newChannel(zip.getInputStream(entry))) {
                        storages.put(storage.key(), filled(storage, entry.getSize(), in, file));
                    }
                }
            }
            return tensors(views, storages, file);
        } catch (ZipException e) {
            throw new FormatException(file + ": is a damaged zip (" + e.getMessage() + ")", e);
        }
    }

    private static byte[] bytes(ZipFile zip, ZipEntry entry, Path file) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(LONGEST_PICKLE + 1);
            if (bytes.length > LONGEST_PICKLE) {
                throw new FormatException(file + ": its pickle is longer than " + LONGEST_PICKLE + " bytes");
            }
            return bytes;
        }
    }

    /** Five pickles: a number, the protocol, the machine, the object, the storages' keys in the order in which they follow. */
    private static Map<String, Tensor> inSequence(Path file, FileChannel channel) throws IOException {
        ByteBuffer head = ByteBuffer.allocate((int) Math.min(LONGEST_PICKLE, channel.size()));
        while (head.hasRemaining() && channel.read(head, head.position()) >= 0) {
            // until the head is full
        }
        head.flip();
        if (head.remaining() < 2 || (head.get(0) & 0xff) != 0x80) {
            throw new FormatException(file + ": is not a file of torch.save");
        }
        List<Object> pickles = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            pickles.add(new Unpickler(head, file.toString()).read());
        }
        if (!(pickles.get(4) instanceof List<?> keys)) {
            throw new FormatException(file + ": does not say which storages follow");
        }
        Map<String, View> views = views(pickles.get(3), file);
        Map<String, Storage> byKey = new HashMap<>();
        views.values().forEach(view -> byKey.put(view.storage().key(), view.storage()));
        Map<String, Tensor> storages = new HashMap<>();
        channel.position(head.position());
        for (Object key : keys) {
            Storage storage = byKey.get(key);
            if (storage == null) {
                throw new FormatException(file + ": has a storage that no tensor uses");
            }
            ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, count, file);
            if (count.getLong(0) != storage.count() || storage.count() < 0 || storage.count() > channel.size()) {
                throw new FormatException(file + ": the storage '" + key + "' has " + count.getLong(0)
                        + " elements, its tensor asks for " + storage.count());
            }
            storages.put(storage.key(), filled(storage, storage.count() * dtype(storage, file).bytes, channel, file));
        }
        return tensors(views, storages, file);
    }

    private static Map<String, View> views(Object root, Path file) {
        if (!(root instanceof Map<?, ?> map)) {
            throw new FormatException(file + ": does not hold a dictionary of tensors");
        }
        Map<?, ?> dictionary = map.get(STATE) instanceof Map<?, ?> state ? state : map;
        Map<String, View> views = new LinkedHashMap<>();
        Map<String, Storage> storages = new HashMap<>();
        dictionary.forEach((name, value) -> {
            if (!(name instanceof String text && value instanceof View view)) {
                throw new FormatException(file + ": '" + name + "' is not a tensor; a dictionary of tensors is needed");
            }
            Storage storage = view.storage();
            if (!storage.equals(storages.computeIfAbsent(storage.key(), key -> storage))) {
                throw new FormatException(file + ": the storage '" + storage.key() + "' is described in two ways");
            }
            views.put(text, view);
        });
        return views;
    }

    private static Tensor filled(Storage storage, long bytes, ReadableByteChannel in, Path file) throws IOException {
        SafetensorsHeader.Dtype dtype = dtype(storage, file);
        if (bytes % dtype.bytes != 0 || storage.count() != bytes / dtype.bytes) {
            throw new FormatException(file + ": the storage '" + storage.key() + "' has " + bytes + " bytes, not "
                    + storage.count() + " elements of " + dtype.bytes);
        }
        Tensor tensor = torch.empty(
                new long[] {storage.count()}, new TensorOptions(dtype.scalarType), new MemoryFormatOptional());
        for (ByteBuffer piece : NativeBytes.of(tensor)) {
            readFully(in, piece, file);
        }
        return tensor;
    }

    private static void readFully(ReadableByteChannel in, ByteBuffer into, Path file) throws IOException {
        while (into.hasRemaining()) {
            if (in.read(into) < 0) {
                throw new FormatException(file + ": ends before its weights do");
            }
        }
    }

    private static SafetensorsHeader.Dtype dtype(Storage storage, Path file) {
        ScalarType type = DTYPES.get(storage.dtype());
        SafetensorsHeader.Dtype dtype = type == null ? null : SafetensorsHeader.Dtype.of(type);
        if (dtype == null) {
            throw new FormatException(file + ": has weights of the dtype " + storage.dtype() + ", which is not known");
        }
        return dtype;
    }

    private static Map<String, Tensor> tensors(Map<String, View> views, Map<String, Tensor> storages, Path file) {
        requireLittleSharing(views, storages, file);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        views.forEach((name, view) -> {
            Tensor storage = storages.get(view.storage().key());
            if (storage == null || !fits(view)) {
                throw new FormatException(file + ": tensor '" + name + "' reaches beyond its storage");
            }
            tensors.put(
                    name,
                    storage.as_strided(view.shape(), view.strides(), new LongOptional(view.offset()))
                            .clone());
        });
        return tensors;
    }

    /** Each tensor becomes a copy of its own, and ten bytes of a pickle can ask for the largest once more. */
    private static void requireLittleSharing(Map<String, View> views, Map<String, Tensor> storages, Path file) {
        double stored = storages.values().stream().mapToDouble(Tensor::nbytes).sum();
        double asked = views.values().stream()
                .mapToDouble(view -> dtype(view.storage(), file).bytes
                        * Arrays.stream(view.shape()).asDoubleStream().reduce(1, (a, b) -> a * b))
                .sum();
        if (asked > MOST_SHARING * stored) {
            throw new FormatException(file + ": its tensors share their storages more than " + MOST_SHARING + " times");
        }
    }

    /** Whether all elements lie in the storage, which has at least as many. */
    private static boolean fits(View view) {
        long count = view.storage().count();
        long elements = 1;
        long last = view.offset();
        boolean fits = view.shape().length == view.strides().length && last >= 0 && last < count;
        for (int i = 0; fits && i < view.shape().length; i++) {
            long size = view.shape()[i];
            long stride = view.strides()[i];
            fits = size >= 1
                    && size <= count / elements
                    && stride >= 0
                    && (stride == 0 || size - 1 <= (count - 1 - last) / stride);
            elements *= fits ? size : 1;
            last += fits ? (size - 1) * stride : 0;
        }
        return fits;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::releaseReference);
        tensors.clear();
    }
}
