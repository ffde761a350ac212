package org.diffusion4j.io;

import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;

/** Tensors that lie in several files, opened as one. Not thread-safe. */
final class ShardedTensors implements NamedTensors {

    private final WeightFiles files;
    private final Map<Path, NamedTensors> shards = new LinkedHashMap<>();

    private ShardedTensors(WeightFiles files) {
        this.files = files;
    }

    static ShardedTensors open(WeightFiles files) {
        ShardedTensors opened = new ShardedTensors(files);
        try {
            files.shards().values().forEach(file -> opened.shards.computeIfAbsent(file, NamedTensors::open));
            return opened;
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        }
    }

    /** Those of all shards, each from the file that the index names; what else lies in a shard is there too and thus refused later. */
    @Override
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        shards.forEach((file, shard) -> shard.tensors().forEach((name, tensor) -> {
            if (tensors.put(name, tensor) != null) {
                throw new FormatException(file + ": tensor '" + name + "' lies in another shard too");
            }
        }));
        requireAll(tensors.keySet());
        return Collections.unmodifiableMap(tensors);
    }

    @Override
    public void forEach(BiConsumer<String, Tensor> use) {
        Set<String> seen = new HashSet<>();
        shards.forEach((file, shard) -> shard.forEach((name, tensor) -> {
            if (!seen.add(name)) {
                throw new FormatException(file + ": tensor '" + name + "' lies in another shard too");
            }
            use.accept(name, tensor);
        }));
        requireAll(seen);
    }

    private void requireAll(Set<String> seen) {
        files.shards().forEach((name, file) -> {
            if (!seen.contains(name)) {
                throw new FormatException(
                        files.main() + ": tensor '" + name + "' is not in " + file.getFileName() + ", as it says");
            }
        });
    }

    @Override
    public void close() {
        shards.values().forEach(NamedTensors::close);
    }
}
