package org.diffusion4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A model of several parts on disk, in the layout of diffusers: {@code model_index.json} names the parts and the class of each, which lies
 * in a folder of that name. The folder may be a snapshot of the hub's cache, or that cache's folder of the model.
 *
 * <p>This class knows the files. What the parts mean, others know.
 */
public final class PipelineFolder {

    private static final String CLASS = "_class_name";
    private static final String SCHEDULER_CONFIG = ModelLayout.SCHEDULER_CONFIG;

    private final Path folder;
    private final Map<String, @Nullable Object> index;

    private PipelineFolder(Path folder, Map<String, @Nullable Object> index) {
        this.folder = folder;
        this.index = index;
    }

    /**
     * A part that is there.
     *
     * @param folder where its files lie
     * @param type the name of its class
     */
    public record Part(Path folder, String type) {

        /** Its configuration. */
        public Path configFile() {
            Path config = folder.resolve(ModelLayout.CONFIG);
            return Files.exists(config) ? config : folder.resolve(SCHEDULER_CONFIG);
        }

        /**
         * What its configuration says.
         *
         * @throws FormatException if it has none
         */
        public Map<String, @Nullable Object> config() {
            if (!Files.exists(configFile())) {
                throw new FormatException(
                        folder + ": has no " + ModelLayout.CONFIG + "; download all files of the model");
            }
            return Json.readObject(configFile());
        }

        /**
         * Its weights, owned by the caller: one file or shards, a variant such as {@code fp16}, safetensors or {@code .bin}, which is read as
         * data.
         *
         * @throws FormatException if it has none
         */
        public NamedTensors openWeights() {
            return weights().open();
        }

        /** The file of its weights, or the index where they lie in several. */
        public Path weightsFile() {
            return weights().main();
        }

        private WeightFiles weights() {
            return WeightFiles.in(folder)
                    .orElseThrow(
                            () -> new FormatException(folder + ": has no weights; download all files of the model"));
        }
    }

    /** Whether a folder holds a model of several parts with an autoencoder among them. */
    public static boolean isOne(Path given) {
        try {
            Path file = ModelLayout.snapshot(given).resolve(ModelLayout.INDEX);
            return Files.isRegularFile(file) && isNamed(Json.readObject(file).get("vae"));
        } catch (FormatException e) {
            return false;
        }
    }

    /**
     * Opens a folder and reads which parts it has.
     *
     * @throws FormatException if it has no {@code model_index.json}, or that does not say what the model is
     */
    public static PipelineFolder open(Path given) {
        Path folder = ModelLayout.snapshot(given);
        Path file = folder.resolve(ModelLayout.INDEX);
        if (!Files.isRegularFile(file)) {
            throw new FormatException(
                    Files.exists(folder)
                            ? folder + ": is not a model folder, it has no " + ModelLayout.INDEX
                            : folder + ": there is nothing of that name");
        }
        Map<String, @Nullable Object> index = Json.readObject(file);
        if (!(index.get(CLASS) instanceof String)) {
            throw new FormatException(file + ": has no " + CLASS + ", so it does not say what the model is");
        }
        return new PipelineFolder(folder, index);
    }

    /** The folder that was opened: of a cache, the snapshot. */
    public Path path() {
        return folder;
    }

    /** The name of the class that diffusers draws with. */
    public String pipeline() {
        return String.valueOf(index.get(CLASS));
    }

    /** What {@code model_index.json} says: settings by name, and parts, each a list of its library and its class. */
    public Map<String, @Nullable Object> index() {
        return index;
    }

    /** What diffusers has no place for, which other readers pass over: {@code diffusion4j.json}; empty where the folder has none. */
    public Map<String, @Nullable Object> extras() {
        Path file = folder.resolve(ModelLayout.EXTRAS);
        return Files.exists(file) ? Json.readObject(file) : Map.of();
    }

    /** The names of the parts that the model has, in alphabetical order; one that is null is none. */
    public List<String> parts() {
        return index.entrySet().stream()
                .filter(entry -> isNamed(entry.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static boolean isNamed(@Nullable Object value) {
        return value instanceof List<?> pair && pair.size() == 2 && pair.get(1) instanceof String;
    }

    /**
     * A part.
     *
     * @param type the class that it must be
     * @throws FormatException if the model does not name it, it is missing, or of another class; the message names it
     */
    public Part part(String name, String type) {
        Part found = part(name);
        if (!found.type.equals(type)) {
            throw new FormatException(folder.resolve(ModelLayout.INDEX) + ": the part '" + name + "' is a " + found.type
                    + ", only " + type + " is read here");
        }
        return found;
    }

    /** A part of any class. */
    public Part part(String name) {
        if (!(index.get(name) instanceof List<?> pair) || !isNamed(pair)) {
            throw new FormatException(folder.resolve(ModelLayout.INDEX) + ": names no part '" + name + "', which a "
                    + pipeline() + " needs");
        }
        Path at = folder.resolve(name);
        if (!Files.isDirectory(at)) {
            throw new FormatException(folder + ": its part '" + name + "' is missing, though " + ModelLayout.INDEX
                    + " names it; download all files of the model");
        }
        return new Part(at, String.valueOf(pair.get(1)));
    }

    /**
     * What the model is known by: SHA-256, in hexadecimal, over the configurations and weights of its parts and the files of its tokenizers.
     * Reads all weights.
     */
    public String hash() {
        try {
            StringBuilder sums = new StringBuilder();
            for (String name : parts()) {
                if (Files.isDirectory(folder.resolve(name))) {
                    for (Path file : files(part(name))) {
                        sums.append(name).append(' ').append(Sha256.of(file)).append('\n');
                    }
                }
            }
            return Sha256.of(sums.toString());
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        }
    }

    /** The files that a part consists of, of weights those that are read. */
    private static List<Path> files(Part part) throws IOException {
        List<Path> weights = WeightFiles.in(part.folder).map(WeightFiles::all).orElse(List.of());
        List<Path> all = new ArrayList<>(others(part.folder));
        all.addAll(weights);
        return all;
    }

    /** The files of a folder that are no weights. */
    private static List<Path> others(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !WeightFiles.isOne(file) && !file.toString().contains(".index."))
                    .sorted()
                    .collect(Collectors.toCollection(ArrayList::new));
        }
    }

    /**
     * Writes the model to another folder, whole or not at all: every file as it is, but the weights of each part in one file of safetensors,
     * without a variant, the same numbers under the same names.
     *
     * @param replace whether a folder that exists is replaced
     * @throws org.diffusion4j.engine.DiffusionException if it exists and is not to be replaced, or cannot be written
     */
    public void copyTo(Path target, boolean replace) {
        AtomicFolder.Content content = fresh -> {
            Json.write(fresh.resolve(ModelLayout.INDEX), new TreeMap<>(index));
            if (!extras().isEmpty()) {
                Json.write(fresh.resolve(ModelLayout.EXTRAS), extras());
            }
            for (String name : parts()) {
                copy(part(name), fresh.resolve(name), isOfTransformers(name));
            }
        };
        if (replace) {
            AtomicFolder.replace(target, content);
        } else {
            AtomicFolder.create(target, content);
        }
    }

    private boolean isOfTransformers(String name) {
        return index.get(name) instanceof List<?> pair && "transformers".equals(pair.get(0));
    }

    private static void copy(Part part, Path to, boolean ofTransformers) throws IOException {
        Files.createDirectories(to);
        for (Path file : others(part.folder)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
        if (WeightFiles.in(part.folder).isPresent()) {
            try (NamedTensors weights = part.openWeights()) {
                Safetensors.write(
                        to.resolve(ofTransformers ? "model.safetensors" : ModelLayout.WEIGHTS),
                        weights.tensors(),
                        Map.of("format", "pt"));
            }
        }
    }
}
