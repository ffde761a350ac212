package org.diffusion4j.io;

import static java.util.stream.Collectors.joining;
import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A model on disk in the layout of diffusers: {@code model_index.json}, {@code unet/config.json},
 * {@code unet/diffusion_pytorch_model.safetensors}, {@code scheduler/scheduler_config.json}. What diffusers has no place for lies in
 * {@code diffusion4j.json} and, weights before averaging, in {@code unet_raw/}; both may be absent and other readers ignore them.
 * Folders of others may be laid out in other ways, see {@link #open}.
 *
 * <p>This class knows the files. What the configurations mean, others know.
 */
public final class ModelFolder {

    private static final String UNET_CONFIG = ModelLayout.UNET + "/" + ModelLayout.CONFIG;
    private static final String WEIGHTS = ModelLayout.UNET + "/" + ModelLayout.WEIGHTS;
    private static final String RAW_WEIGHTS = "unet_raw/" + ModelLayout.WEIGHTS;
    private static final String SCHEDULER_CONFIG = ModelLayout.SCHEDULER + "/" + ModelLayout.SCHEDULER_CONFIG;

    private static final String CLASS = "_class_name";
    private static final String VERSION = "_diffusers_version";
    private static final String UNET = "UNet2DModel";
    private static final List<String> NETWORKS = List.of(UNET, "ScoreUNet", "RefineNet"); // the latter are ours
    private static final String SCHEDULER = "Scheduler";
    private static final String PIPELINE = "Pipeline";

    /** The pipelines of diffusers that draw pixels by one network of this kind. */
    private static final Set<String> PIPELINES =
            Set.of("DDPMPipeline", "DDIMPipeline", "PNDMPipeline", "ConsistencyModelPipeline");

    /** The diffusers whose layout is written. */
    private static final String DIFFUSERS = "0.40.0";

    private final ModelLayout layout;
    private final Map<String, @Nullable Object> unetConfig;
    private final Map<String, @Nullable Object> schedulerConfig;
    private final Map<String, @Nullable Object> extras;

    private ModelFolder(
            ModelLayout layout,
            Map<String, @Nullable Object> unetConfig,
            Map<String, @Nullable Object> schedulerConfig,
            Map<String, @Nullable Object> extras) {
        this.layout = layout;
        this.unetConfig = unetConfig;
        this.schedulerConfig = schedulerConfig;
        this.extras = extras;
    }

    /**
     * What a folder is written from.
     *
     * @param unetConfig the keys of {@code unet/config.json}
     * @param weights by their published names, the averaged ones where there are any
     * @param rawWeights those before averaging, or none
     * @param schedulerConfig the keys of {@code scheduler_config.json} with {@code _class_name}
     * @param extras the keys of {@code diffusion4j.json}, or none
     */
    public record Parts(
            Map<String, ?> unetConfig,
            Map<String, Tensor> weights,
            Map<String, Tensor> rawWeights,
            Map<String, ?> schedulerConfig,
            Map<String, ?> extras) {

        public Parts {
            require(schedulerConfig.get(CLASS) instanceof String, "the scheduler's configuration needs %s", CLASS);
        }
    }

    /**
     * Opens a folder, in any layout that diffusers reads: each part in a folder of its own, all files in one, shards with an index, a
     * variant, {@code .bin} files, which are read as data, or a snapshot of the hub's cache. Checks that its files are there and reads its
     * configurations.
     *
     * @param given the folder, one of the hub's cache, or a file of weights with its configurations beside it
     * @throws FormatException if it is not a model folder, or a configuration is not JSON
     */
    public static ModelFolder open(Path given) {
        ModelLayout layout = ModelLayout.of(given);
        layout.index().ifPresent(ModelFolder::requirePipelineOfPixels);
        Map<String, @Nullable Object> unetConfig = Json.readObject(layout.unetConfig());
        if (!NETWORKS.contains(networkClass(unetConfig))) {
            throw new FormatException(layout.unetConfig() + ": the network is a " + unetConfig.get(CLASS) + ", only "
                    + String.join(", ", NETWORKS) + " are read here");
        }
        Path extras = layout.base().resolve(ModelLayout.EXTRAS);
        return new ModelFolder(
                layout,
                unetConfig,
                Json.readObjectOfPython(layout.schedulerConfig()), // "lambda_min_clipped": -Infinity
                Files.exists(extras) ? Json.readObject(extras) : Map.of());
    }

    private static void requirePipelineOfPixels(Path index) {
        Map<String, @Nullable Object> says = Json.readObject(index);
        if (!(says.get(CLASS) instanceof String pipeline)) {
            throw new FormatException(index + ": has no " + CLASS + ", so it does not say what the model is; for a "
                    + UNET + " that draws pixels it is DDPMPipeline");
        }
        boolean ofOurs = pipeline.endsWith(PIPELINE) // before 0.1.0 the name followed the scheduler's
                && says.get("scheduler") instanceof List<?> scheduler
                && scheduler.contains(pipeline.substring(0, pipeline.length() - PIPELINE.length()) + SCHEDULER);
        if (!PIPELINES.contains(pipeline) && !ofOurs) {
            throw new FormatException(
                    index + ": the model is a " + pipeline + ", only pipelines that draw pixels by one "
                            + UNET + " are read here: "
                            + PIPELINES.stream().sorted().collect(joining(", ")));
        }
    }

    /**
     * Writes a folder, whole or not at all.
     *
     * @param replace whether one that exists is replaced
     * @throws org.diffusion4j.engine.DiffusionException if it exists and is not to be replaced, or cannot be written
     */
    public static void write(Path folder, Parts parts, boolean replace) {
        AtomicFolder.Content content = fresh -> {
            Json.write(fresh.resolve(ModelLayout.INDEX), index(parts.schedulerConfig, networkClass(parts.unetConfig)));
            Json.write(fresh.resolve(UNET_CONFIG), signed(parts.unetConfig, UNET));
            Json.write(
                    fresh.resolve(SCHEDULER_CONFIG),
                    signed(parts.schedulerConfig, schedulerClass(parts.schedulerConfig)));
            writeWeights(fresh.resolve(WEIGHTS), parts.weights);
            if (!parts.rawWeights.isEmpty()) {
                writeWeights(fresh.resolve(RAW_WEIGHTS), parts.rawWeights);
            }
            if (!parts.extras.isEmpty()) {
                Json.write(fresh.resolve(ModelLayout.EXTRAS), parts.extras);
            }
        };
        if (replace) {
            AtomicFolder.replace(folder, content);
        } else {
            AtomicFolder.create(folder, content);
        }
    }

    private static void writeWeights(Path file, Map<String, Tensor> weights) {
        Safetensors.write(file, weights, Map.of("format", "pt")); // diffusers refuses weights that do not say so
    }

    private static Map<String, ?> index(Map<String, ?> schedulerConfig, String network) {
        String scheduler = schedulerClass(schedulerConfig);
        return signed(
                Map.of("scheduler", List.of("diffusers", scheduler), "unet", List.of("diffusers", network)),
                pipeline(scheduler));
    }

    /** The one of diffusers that is for this scheduler, else DDPM's, which takes any. */
    private static String pipeline(String scheduler) {
        String ofItsName = scheduler.replace(SCHEDULER, PIPELINE);
        return PIPELINES.contains(ofItsName) ? ofItsName : "DDPMPipeline";
    }

    private static String networkClass(Map<String, ? extends @Nullable Object> unetConfig) {
        return unetConfig.get(CLASS) instanceof String name ? name : UNET;
    }

    private static String schedulerClass(Map<String, ?> schedulerConfig) {
        return String.valueOf(schedulerConfig.get(CLASS));
    }

    /** With the two keys that diffusers wants in each of its files, in alphabetical order as it writes them. */
    private static Map<String, ?> signed(Map<String, ?> config, String className) {
        Map<String, @Nullable Object> signed = new TreeMap<>(config);
        signed.putIfAbsent(CLASS, className);
        signed.putIfAbsent(VERSION, DIFFUSERS);
        return signed;
    }

    /** What {@code unet/config.json} says. */
    public Map<String, @Nullable Object> unetConfig() {
        return unetConfig;
    }

    public Path unetConfigFile() {
        return layout.unetConfig();
    }

    /** What {@code scheduler/scheduler_config.json} says. */
    public Map<String, @Nullable Object> schedulerConfig() {
        return schedulerConfig;
    }

    public Path schedulerConfigFile() {
        return layout.schedulerConfig();
    }

    /** What {@code diffusion4j.json} says; empty where there is none. */
    public Map<String, @Nullable Object> extras() {
        return extras;
    }

    public Path extrasFile() {
        return layout.base().resolve(ModelLayout.EXTRAS);
    }

    /** The file of weights, or the index where they lie in several. */
    public Path weightsFile() {
        return layout.weights().main();
    }

    /** The weights, owned by the caller. */
    public NamedTensors openWeights() {
        return layout.weights().open();
    }

    /** The weights before averaging, owned by the caller; empty where the folder has none. */
    public Optional<TensorFile> openRawWeights() {
        Path file = layout.base().resolve(RAW_WEIGHTS);
        return Files.exists(file) ? Optional.of(Safetensors.open(file)) : Optional.empty();
    }

    /**
     * What the model is known by: SHA-256, in hexadecimal, over the files that decide what it draws: network, weights and scheduler.
     * Reads all weights.
     */
    public String hash() {
        StringBuilder sums = new StringBuilder();
        List<Path> files = new ArrayList<>(layout.weights().all());
        files.add(0, unetConfigFile());
        files.add(schedulerConfigFile());
        try {
            for (Path file : files) {
                sums.append(Sha256.of(file)).append('\n');
            }
        } catch (IOException e) {
            throw FileTrouble.reading(layout.base(), e);
        }
        return Sha256.of(sums.toString());
    }
}
