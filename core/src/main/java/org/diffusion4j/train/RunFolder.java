package org.diffusion4j.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * Where a training lives: {@code recipe.json}, {@code metrics.jsonl}, event files, {@code samples/}, {@code checkpoints/step-N/} and
 * {@code model/}.
 *
 * <p>{@link #create} or {@link #resume} it, which changes nothing on the disk; {@link #begin} with the trainer, from where on nobody else
 * can begin in it; give the listener to {@link Trainer#run}, and close it. Not thread-safe.
 */
public final class RunFolder implements AutoCloseable {

    private static final String LOCK = ".lock";
    private static final String RECIPE = "recipe.json";
    private static final List<String> PARTS = List.of(
            RunRecorder.MODEL,
            RunRecorder.SAMPLES,
            RunRecorder.METRICS,
            Checkpoints.FOLDER,
            RECIPE); // the last makes it a run

    private final Path folder;
    private final Recipe recipe;
    private final boolean fresh;
    private @Nullable FileChannel lock;
    private @Nullable RunRecorder recorder;

    private RunFolder(Path folder, Recipe recipe, boolean fresh) {
        this.folder = folder;
        this.recipe = recipe.resolved();
        this.fresh = fresh;
    }

    /**
     * A run that is to begin.
     *
     * @param replace whether a run that is there is removed by {@link #begin}; files that are not a run's stay
     * @throws CheckpointException if a run is there and shall not be replaced, or something of its own that is no run's
     */
    public static RunFolder create(Path folder, Recipe recipe, boolean replace) {
        if (isRun(folder)) {
            if (!replace) {
                throw new CheckpointException(
                        folder + ": a run is there already; resume it, replace it by force, or choose another folder");
            }
        } else {
            PARTS.stream()
                    .filter(part -> Files.exists(folder.resolve(part)))
                    .findFirst()
                    .ifPresent(part -> {
                        throw new CheckpointException(folder + ": holds " + part + " but no " + RECIPE
                                + ", so it is no run, and a run would replace what is there; choose another folder");
                    });
        }
        return new RunFolder(folder, recipe, true);
    }

    /**
     * A run that is to go on.
     *
     * @param changes assignments such as {@code train.steps=20000} to what does not determine the weights of a step
     * @throws CheckpointException if there is no run
     */
    public static RunFolder resume(Path folder, List<String> changes) {
        if (!isRun(folder)) {
            throw new CheckpointException(folder + ": there is no run to resume, it has no " + RECIPE);
        }
        return new RunFolder(folder, Recipe.read(folder.resolve(RECIPE), changes), false);
    }

    /** Whether a run has begun in a folder. */
    public static boolean isRun(Path folder) {
        return Files.exists(folder.resolve(RECIPE));
    }

    public Path path() {
        return folder;
    }

    /** The recipe, with all that was left open decided. */
    public Recipe recipe() {
        return recipe;
    }

    /**
     * Takes the folder. In a new run what was there is removed; one that goes on has its trainer brought to where the newest checkpoint
     * that is whole left it. Then the recipe is written, so a run that is refused is as it was.
     *
     * @param warnings is told, in one line each, of checkpoints that are damaged
     * @return what is to listen to the training: it writes metrics, samples and checkpoints
     * @throws CheckpointException if the checkpoint belongs to another recipe or other data, or if the folder is in use
     */
    public TrainListener begin(Trainer trainer, Consumer<String> warnings) {
        lock = lock(folder);
        AtomicFolder.recover(folder);
        AtomicFolder.recover(folder.resolve(Checkpoints.FOLDER));
        if (fresh) {
            PARTS.forEach(part -> AtomicFolder.delete(folder.resolve(part)));
        }
        Checkpoints checkpoints = new Checkpoints(folder, recipe.train().keep());
        long metricsBytes = checkpoints.restoreNewest(trainer.state(), warnings);
        Json.write(folder.resolve(RECIPE), recipe.toMap());
        recorder = new RunRecorder(folder, recipe, trainer, checkpoints, metricsBytes);
        return recorder;
    }

    private static FileChannel lock(Path folder) {
        Path file = folder.resolve(LOCK);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (locked(channel)) {
                    return channel;
                }
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            channel.close();
            throw new CheckpointException(
                    folder + ": another training is at work in this folder; stop it or choose another");
        } catch (IOException e) {
            throw FileTrouble.writing(file, e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException byThisProcess) {
            return false;
        }
    }

    @Override
    public void close() {
        try (FileChannel held = lock) { // which gives the lock back, whatever happens
            if (recorder != null) {
                recorder.close();
            }
        } catch (IOException e) {
            throw FileTrouble.writing(folder.resolve(LOCK), e);
        }
    }
}
