package org.diffusion4j.diffusers.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.io.NamedTensors;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint of one file, as the authors of Stable Diffusion publish them and web UIs keep them: all networks under the names of their
 * code, in {@code .safetensors} or {@code .ckpt}. What lies beside the networks in it (moving averages, schedules) is passed over.
 *
 * <p>Such a file holds no tokenizer, and does not say what the network predicts.
 *
 * <p>Not thread-safe.
 */
public final class SingleFile implements AutoCloseable {

    private static final String FIRST = SingleFileNames.UNET + "input_blocks.0.0.weight";
    private static final String GGUF = "GGUF";

    private final NamedTensors file;
    private final CheckpointKind kind;
    private final Map<String, List<Placement>> placements;

    private SingleFile(NamedTensors file, Path path) {
        this.file = file;
        Map<String, Tensor> tensors = file.tensors();
        Tensor first = tensors.get(FIRST);
        if (first == null || first.dim() != 4) {
            throw new FormatException(path + ": has no " + FIRST
                    + ", so it is no checkpoint of Stable Diffusion; of a folder of diffusers, name the folder");
        }
        kind = CheckpointKind.of(tensors.keySet(), (int) first.size(1), path.toString());
        if (kind.family() == CheckpointKind.Family.XL_REFINER) {
            throw new FormatException(
                    path + ": is " + kind.family().title() + ", which is not supported; SDXL's base is");
        }
        placements = SingleFileNames.of(tensors.keySet(), kind.family(), path.toString());
        placements.forEach((name, places) -> {
            Tensor tensor = tensors.get(name);
            if (tensor == null
                    || !places.stream().allMatch(place -> place.change().fits(tensor))) {
                throw new FormatException(path + ": tensor '" + name + "' is not of the shape that OpenCLIP gives it");
            }
        });
    }

    /**
     * Reads a file, and sorts its tensors by networks.
     *
     * @throws FormatException if it is no such checkpoint, or is one of another kind of number (fp8) or format (GGUF)
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public static SingleFile open(Path path) {
        requireNoGguf(path);
        NamedTensors file = NamedTensors.open(path);
        try {
            return new SingleFile(file, path);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static void requireNoGguf(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            if (new String(in.readNBytes(GGUF.length()), StandardCharsets.ISO_8859_1).equals(GGUF)) {
                throw new FormatException(path + ": is a GGUF file, which is not supported; use one in .safetensors");
            }
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }

    /** What it holds. */
    public CheckpointKind kind() {
        return kind;
    }

    /**
     * The weights of a network under the names of diffusers' folders, empty where it has none; text encoders' begin with
     * {@code text_model.}
     *
     * @return tensors of the file, borrowed until this is closed, and views of them made in the caller's scope
     */
    public Map<String, Tensor> weights(ModelPart part) {
        Map<String, Tensor> tensors = file.tensors();
        Map<String, Tensor> weights = new LinkedHashMap<>();
        placements.forEach((name, places) -> {
            for (Placement place : places) {
                Tensor tensor = tensors.get(name);
                if (place.part() == part && tensor != null) {
                    weights.put(place.name(), place.change().apply(tensor));
                }
            }
        });
        return weights;
    }

    /** The names of tensors that belong to no network: moving averages, schedules, positions and what else lies in such files. */
    public Set<String> unneeded() {
        Set<String> names = new TreeSet<>(file.tensors().keySet());
        names.removeAll(placements.keySet());
        return names;
    }

    /**
     * The configuration of a network as published models of this kind have it, with diffusers' keys; those that are not there have
     * diffusers' defaults.
     *
     * @throws FormatException if models of this kind have no such network
     */
    public Map<String, @Nullable Object> config(ModelPart part) {
        return PublishedConfigs.of(kind, part)
                .orElseThrow(() -> new FormatException(kind.family().title() + " has no " + part.folder()));
    }

    /** The scheduler's file as published models of this kind have it, with diffusers' keys, its class among them. */
    public Map<String, @Nullable Object> scheduler() {
        return PublishedConfigs.scheduler(kind);
    }

    @Override
    public void close() {
        file.close();
    }
}
