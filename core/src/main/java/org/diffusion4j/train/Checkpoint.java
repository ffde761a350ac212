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
        long step, Recipe recipe, String data, @Nullable Double validationLoss, long metricsBytes) {

    private static final Checkpoint DEFAULTS = new Checkpoint(0, Recipe.defaults(), "", null, 0);
    private static final String STATE = "state.json";
    private static final String SUFFIX = ".safetensors";
    private static final String TIMES = "times" + SUFFIX;

    static void write(Path folder, TrainState state, long metricsBytes) {
        double loss = state.validationLoss();
        Checkpoint facts = new Checkpoint(
                state.step(), state.recipe(), state.data(), Double.isNaN(loss) ? null : loss, metricsBytes);
        SealedFolder.create(folder, inside -> {
            try (PointerScope scope = new PointerScope()) {
                state.buffers()
                        .forEach((name, buffer) -> Safetensors.write(
                                inside.resolve(name + SUFFIX),
                                state.parameters().viewsOf(buffer),
                                Map.of()));
                Map<String, Tensor> times = state.times().state();
                if (!times.isEmpty()) {
                    Safetensors.write(inside.resolve(TIMES), times, Map.of());
                }
            }
            Json.write(inside.resolve(STATE), Records.CAMEL_CASE.write(facts));
        });
    }

    /** The facts of a folder that is whole. Fields that the recipe did not have then are as in {@link Recipe#defaults}. */
    static Checkpoint facts(Path folder) {
        Path file = folder.resolve(STATE);
        return Records.CAMEL_CASE.read(DEFAULTS, Json.readObject(file), file.toString());
    }

    /** Puts the buffers of a folder into a state of the same recipe and data. */
    void restore(Path folder, TrainState state) {
        requireSame(folder, state);
        state.buffers().forEach((name, buffer) -> { // each through the network, whose own weights are the last
            Path file = folder.resolve(name + SUFFIX);
            try (PointerScope scope = new PointerScope();
                    AutoGradMode noGrad = new AutoGradMode(false);
                    TensorFile tensors = Safetensors.open(file)) {
                state.parameters().load(tensors.tensors(), file.toString());
                buffer.copy_(state.parameters().values());
            }
        });
        if (Files.exists(folder.resolve(TIMES))) {
            try (PointerScope scope = new PointerScope();
                    TensorFile tensors = Safetensors.open(folder.resolve(TIMES))) {
                state.times().restore(tensors.tensors());
            }
        }
        state.resume(step, validationLoss == null ? Double.NaN : validationLoss);
    }

    private void requireSame(Path folder, TrainState state) {
        List<String> differences =
                Differences.of(recipe.determining(step), state.recipe().determining(step));
        if (!data.equals(state.data())) {
            String then = recipe.data().source();
            String now = state.recipe().data().source();
            differences.add(
                    then.equals(now)
                            ? "the data of " + now + ", which have changed"
                            : "the data of " + then + ", not those of " + now);
        }
        if (!differences.isEmpty()) {
            throw new CheckpointException(folder + ": was made with " + String.join(" and ", differences)
                    + ", so the training could not go on as it began; resume it as it was, or begin a new run");
        }
    }
}
