package org.diffusion4j.train;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.SealedFolder;
import org.diffusion4j.io.TensorFile;
import org.jspecify.annotations.Nullable;

/**
 * A training state on disk: a folder with a safetensors file for each buffer and {@code state.json}, complete or absent.
 *
 * @param step the number of steps done
 * @param recipe SHA-256 of what of the recipe determines the weights
 * @param data SHA-256 of the training data
 * @param validationLoss the last one, null before the first
 * @param metricsBytes how long the metrics file was
 */
record Checkpoint(
        long step, String recipe, String data, @Nullable Double validationLoss, long metricsBytes) {

    private static final String STATE = "state.json";

    static void write(Path folder, TrainState state, long metricsBytes) {
        double loss = state.validationLoss();
        Checkpoint facts = new Checkpoint(
                state.step(), state.recipe(), state.data(), Double.isNaN(loss) ? null : loss, metricsBytes);
        SealedFolder.create(folder, inside -> {
            for (String buffer : TrainState.BUFFERS) {
                try (PointerScope scope = new PointerScope()) {
                    Safetensors.write(
                            inside.resolve(buffer + ".safetensors"),
                            state.parameters().viewsOf(state.buffer(buffer)),
                            Map.of());
                }
            }
            Json.write(inside.resolve(STATE), Records.CAMEL_CASE.write(facts));
        });
    }

    /** The facts of a folder that is whole. */
    static Checkpoint facts(Path folder) {
        Path file = folder.resolve(STATE);
        return Records.CAMEL_CASE.read(Checkpoint.class, Json.readObject(file), file.toString());
    }

    /** Puts the buffers of a folder into a state of the same recipe and data. */
    void restore(Path folder, TrainState state) {
        requireSame(folder, "another recipe", recipe, state.recipe());
        requireSame(folder, "other data", data, state.data());
        for (String buffer : TrainState.BUFFERS) { // each through the network, whose own weights are the last
            Path file = folder.resolve(buffer + ".safetensors");
            try (PointerScope scope = new PointerScope();
                    AutoGradMode noGrad = new AutoGradMode(false);
                    TensorFile tensors = Safetensors.open(file)) {
                state.parameters().load(tensors.tensors(), file.toString());
                state.buffer(buffer).copy_(state.parameters().values());
            }
        }
        state.resume(step, validationLoss == null ? Double.NaN : validationLoss);
    }

    private static void requireSame(Path folder, String what, String theirs, String ours) {
        if (!theirs.equals(ours)) {
            throw new CheckpointException(folder + ": was made with " + what
                    + ", so the training could not go on as it began; resume it as it was, or begin a new run");
        }
    }
}
