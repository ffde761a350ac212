package org.diffusion4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a network as diffusers and transformers lay them out: one file, or an index with a file for each shard; in safetensors or as PyTorch
 * saves them; of a variant such as {@code fp16} or of none.
 *
 * @param main the file, or the index
 * @param shards by the names of the tensors, in the order of the index; empty for one file
 */
record WeightFiles(Path main, Map<String, Path> shards) {

    private static final Pattern NAME = Pattern.compile(
            "(?<stem>diffusion_pytorch_model|model|pytorch_model)" // diffusers', transformers' new and old
                    + "(?<variant>\\.\\w+)?\\.(?<kind>safetensors|bin)(?<index>\\.index(?<indexed>\\.\\w+)?\\.json)?");
    private static final Pattern ALONE = Pattern.compile(".+\\.(safetensors|bin|pt|pth|ckpt)");

    /** Whether a file is named as one of weights. */
    static boolean isOne(Path file) {
        return ALONE.matcher(String.valueOf(file.getFileName())).matches();
    }

    /**
     * Those of a folder: without a variant where there are such, in safetensors where there are such.
     *
     * @throws FormatException if there are several variants and nothing else, or an index does not fit its files
     */
    static Optional<WeightFiles> in(Path folder) {
        List<Matcher> found =
                names(folder).map(NAME::matcher).filter(Matcher::matches).toList();
        Optional<Matcher> best = found.stream()
                .min(Comparator.comparing((Matcher name) -> !name.group("stem").startsWith("diffusion"))
                        .thenComparing(name -> !variant(name).isEmpty())
                        .thenComparing(name -> name.group("kind").equals("bin"))
                        .thenComparing(name -> name.group("index") != null));
        List<String> variants =
                found.stream().map(WeightFiles::variant).distinct().sorted().toList();
        if (variants.size() > 1 && !variants.contains("")) {
            throw new FormatException(folder + ": has weights of the variants " + String.join(", ", variants)
                    + "; name one of them in place of the folder: "
                    + found.stream()
                            .map(name -> folder.resolve(name.group()).toString())
                            .sorted()
                            .collect(Collectors.joining(" or ")));
        }
        return best.map(name -> of(folder.resolve(name.group())));
    }

    private static Stream<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).map(file -> String.valueOf(file.getFileName())).toList().stream();
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        }
    }

    private static String variant(Matcher name) {
        return Stream.of("variant", "indexed")
                .map(name::group)
                .filter(group -> group != null)
                .findFirst()
                .map(group -> group.substring(1))
                .orElse("");
    }

    /** A file of weights, or an index. */
    static WeightFiles of(Path file) {
        return new WeightFiles(file, file.toString().endsWith(".json") ? shards(file) : Map.of());
    }

    private static Map<String, Path> shards(Path index) {
        if (!(Json.readObject(index).get("weight_map") instanceof Map<?, ?> files) || files.isEmpty()) {
            throw new FormatException(index + ": has no weight_map, so it does not say where the weights are");
        }
        Map<String, Path> shards = new LinkedHashMap<>();
        files.forEach((tensor, file) -> {
            Path shard = file instanceof String name ? beside(index, name) : null;
            if (shard == null) {
                throw new FormatException(index + ": tensor '" + tensor + "' is said to lie in " + file
                        + "; a file beside the index is needed");
            }
            if (!Files.isRegularFile(shard)) {
                throw new FormatException(index + ": " + file + " is missing; download all files of the model");
            }
            shards.put(String.valueOf(tensor), shard);
        });
        return shards;
    }

    /** The file of that name, or null where it is a path that leads elsewhere, or none at all. */
    private static @Nullable Path beside(Path index, String name) {
        try {
            Path shard = index.resolveSibling(name);
            return name.matches("(?s).*[/\\\\].*|\\.*") ? null : shard;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** All files, the main one first. */
    List<Path> all() {
        return Stream.concat(
                        Stream.of(main), shards.values().stream().distinct().sorted())
                .toList();
    }

    /** Opens them, owned by the caller. */
    NamedTensors open() {
        return shards.isEmpty() ? NamedTensors.open(main) : ShardedTensors.open(this);
    }
}
