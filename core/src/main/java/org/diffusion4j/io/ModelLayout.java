package org.diffusion4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/**
 * Where the files of a model lie: each part in a folder of its own, as {@code save_pretrained} of a pipeline writes them; all in one
 * folder, as early models of the hub have them; or in a snapshot of the hub's cache, {@code models--OWNER--NAME}. A file of weights may
 * stand for the folder that it lies in.
 *
 * @param index {@code model_index.json}; a model whose files lie in one folder may lack it
 * @param unetConfig {@code config.json} of the network
 * @param base the folder that holds what is ours
 */
record ModelLayout(Optional<Path> index, Path unetConfig, WeightFiles weights, Path schedulerConfig, Path base) {

    static final String INDEX = "model_index.json";
    static final String CONFIG = "config.json";
    static final String UNET = "unet";
    static final String SCHEDULER = "scheduler";
    static final String EXTRAS = "diffusion4j.json";
    static final String SCHEDULER_CONFIG = "scheduler_config.json";
    static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    /**
     * Finds the files of a model.
     *
     * @param given its folder, or a file of weights
     * @throws FormatException if one is missing, named with what to do
     */
    static ModelLayout of(Path given) {
        if (Files.isRegularFile(given)) {
            return ofWeights(given);
        }
        Path folder = snapshot(given);
        boolean flat =
                isFile(folder.resolve(CONFIG)) && !isFile(folder.resolve(UNET).resolve(CONFIG));
        if (!flat && !isFile(folder.resolve(INDEX))) {
            throw missing(folder, INDEX, hint(folder));
        }
        Path unet = flat ? folder : folder.resolve(UNET);
        if (!isFile(unet.resolve(CONFIG))) {
            throw missing(folder, UNET + "/" + CONFIG, hint(folder));
        }
        WeightFiles weights = WeightFiles.in(unet)
                .orElseThrow(() -> missing(
                        folder,
                        (flat ? "" : UNET + "/") + WEIGHTS,
                        otherWeights(unet).orElse("; download all files of the model")));
        return of(folder, unet, weights);
    }

    private static ModelLayout ofWeights(Path file) {
        if (!WeightFiles.isOne(file) && !file.toString().endsWith(".index.json")) {
            throw new FormatException(
                    file + ": is neither a model folder nor weights, which end in .safetensors, .bin, .pt or .ckpt");
        }
        Path unet = file.getParent() == null ? Path.of("") : file.getParent();
        if (!isFile(unet.resolve(CONFIG))) {
            throw new FormatException(file + ": has the weights alone; put beside it " + CONFIG
                    + " (what the network looks like, as diffusers' UNet2DModel writes it) and " + SCHEDULER_CONFIG
                    + " (what it was trained to undo)");
        }
        return of(unet, unet, WeightFiles.of(file));
    }

    private static ModelLayout of(Path folder, Path unet, WeightFiles weights) {
        Path parent = unet.toAbsolutePath().normalize().getParent();
        // a network's folder may be given without the pipeline's around it
        Path base =
                unet.equals(folder) && unet.endsWith(UNET) && parent != null && !isFile(unet.resolve(SCHEDULER_CONFIG))
                        ? parent
                        : folder;
        Path scheduler = Stream.of(base.resolve(SCHEDULER).resolve(SCHEDULER_CONFIG), base.resolve(SCHEDULER_CONFIG))
                .filter(ModelLayout::isFile)
                .findFirst()
                .orElseThrow(() -> missing(
                        base,
                        (unet.equals(folder) ? "" : SCHEDULER + "/") + SCHEDULER_CONFIG,
                        "; it says what the network was trained to undo, for instance {\"_class_name\":"
                                + " \"DDPMScheduler\", \"beta_schedule\": \"linear\", \"prediction_type\":"
                                + " \"epsilon\"}"));
        return new ModelLayout(
                Optional.of(base.resolve(INDEX)).filter(ModelLayout::isFile),
                unet.resolve(CONFIG),
                weights,
                scheduler,
                base);
    }

    /** The folder itself, or the newest snapshot in a folder of the hub's cache. */
    static Path snapshot(Path folder) {
        Path snapshots = folder.resolve("snapshots");
        if (!Files.isDirectory(snapshots)) {
            return folder;
        }
        Path main = folder.resolve("refs/main");
        try {
            String commit = isFile(main) ? Files.readString(main).strip() : "";
            return commit.matches("\\w+") && Files.isDirectory(snapshots.resolve(commit))
                    ? snapshots.resolve(commit)
                    : newest(snapshots);
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        }
    }

    private static Path newest(Path snapshots) throws IOException {
        try (Stream<Path> all = Files.list(snapshots)) {
            return all.filter(Files::isDirectory)
                    .max(Comparator.comparingLong(
                                    (Path snapshot) -> snapshot.toFile().lastModified())
                            .thenComparing(Path::toString))
                    .orElseThrow(() ->
                            new FormatException(snapshots + ": holds no snapshot of the model; download it again"));
        }
    }

    private static FormatException missing(Path folder, String file, String hint) {
        return new FormatException(
                Files.exists(folder)
                        ? folder + ": is not a model folder, it has no " + file + hint
                        : folder + ": there is nothing of that name");
    }

    private static String hint(Path folder) {
        if (Files.exists(folder.resolve("model").resolve(INDEX))) {
            return "; did you mean " + folder.resolve("model") + "?";
        }
        return otherWeights(folder).orElse("; 'diffuse train' and diffusers' save_pretrained write such folders");
    }

    /** What to do with weights that are named in another way, if there are any. */
    private static Optional<String> otherWeights(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            String weights = files.filter(ModelLayout::isFile)
                    .filter(WeightFiles::isOne)
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.joining(" or "));
            return weights.isEmpty()
                    ? Optional.empty()
                    : Optional.of("; name the weights in place of the folder: " + weights);
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        }
    }

    private static boolean isFile(Path file) {
        return Files.isRegularFile(file);
    }
}
