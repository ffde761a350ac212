package org.diffusion4j.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Differences;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.SealedFolder;
import org.diffusion4j.io.TensorFile;
import org.jspecify.annotations.Nullable;

/**
 * A training state on disk: a folder with a safetensors file for each buffer, one for what the choice of times has learned if it
 * learns, and {@code state.json}, complete or absent.
 *
 * @param step the number of steps done
 * @param recipe by which they were made
 * @param data SHA-256 of the training data
 * @param validationLoss the last one, null before the first
 * @param metricsBytes how long the metrics file was
 */
record Checkpoint(
        long step,
        Map<String, @Nullable Object> recipe,
        String data,
        @Nullable Double validationLoss,
        long metricsBytes) {

    private static final String STATE = "state.json";
    private static final String RECIPE = "recipe";
    private static final String SUFFIX = ".safetensors";
    private static final String TIMES = "times" + SUFFIX;

    /** What {@code state.json} says beside the recipe. */
    private record Facts(long step, String data, @Nullable Double validationLoss, long metricsBytes) {}

    static void write(Path folder, TrainState state, long metricsBytes) {
        double loss = state.validationLoss();
        Map<String, @Nullable Object> facts = Records.CAMEL_CASE.write(
                new Facts(state.step(), state.data(), Double.isNaN(loss) ? null : loss, metricsBytes));
        facts.put(RECIPE, state.recipe().toMap());
        SealedFolder.create(folder, inside -> {
            try (PointerScope scope = new PointerScope()) {
                for (TrainState.Trained trained : state.trained(state.step())) {
                    trained.buffers()
                            .forEach((name, buffer) -> Safetensors.write(
                                    inside.resolve(name + SUFFIX),
                                    trained.parameters().viewsOf(buffer),
                                    Map.of()));
                }
                Map<String, Tensor> times = state.times().state();
                if (!times.isEmpty()) {
                    Safetensors.write(inside.resolve(TIMES), times, Map.of());
                }
            }
            Json.write(inside.resolve(STATE), facts);
        });
    }

    /** The facts of a folder that is whole. */
    @SuppressWarnings("unchecked") // keys of trees are texts
    static Checkpoint facts(Path folder) {
        Path file = folder.resolve(STATE);
        Map<String, @Nullable Object> tree = Json.readObject(file);
        Object recipe = tree.remove(RECIPE);
        if (!(recipe instanceof Map<?, ?>)) {
            throw new CheckpointException(file + ": has no recipe");
        }
        Facts facts = Records.CAMEL_CASE.read(new Facts(0, "", null, 0), tree, file.toString());
        return new Checkpoint(
                facts.step,
                (Map<String, @Nullable Object>) recipe,
                facts.data,
                facts.validationLoss,
                facts.metricsBytes);
    }

    /** Puts the buffers of a folder into a state of the same recipe and data. */
    void restore(Path folder, TrainState state) {
        requireSame(folder, state);
        for (TrainState.Trained trained : state.trained(step)) {
            trained.buffers().forEach((name, buffer) -> { // each through the network, whose own weights are the last
                Path file = folder.resolve(name + SUFFIX);
                try (PointerScope scope = new PointerScope();
                        AutoGradMode noGrad = new AutoGradMode(false);
                        TensorFile tensors = Safetensors.open(file)) {
                    trained.parameters().load(tensors.tensors(), file.toString());
                    buffer.copy_(trained.parameters().values());
                }
            });
        }
        if (Files.exists(folder.resolve(TIMES))) {
            try (PointerScope scope = new PointerScope();
                    TensorFile tensors = Safetensors.open(folder.resolve(TIMES))) {
                state.times().restore(tensors.tensors());
            }
        }
        state.resume(step, validationLoss == null ? Double.NaN : validationLoss);
    }

    private void requireSame(Path folder, TrainState state) {
        Recipe now = state.recipe();
        Recipe then = now.kind().read(recipe, List.of(), folder.resolve(STATE).toString());
        List<String> differences = Differences.of(then.determining(step), now.determining(step));
        if (!data.equals(state.data())) {
            differences.add(
                    then.source().equals(now.source())
                            ? "the data of " + now.source() + ", which have changed"
                            : "the data of " + then.source() + ", not those of " + now.source());
        }
        if (!differences.isEmpty()) {
            throw new CheckpointException(folder + ": was made with " + String.join(" and ", differences)
                    + ", so the training could not go on as it began; resume it as it was, or begin a new run");
        }
    }
}
