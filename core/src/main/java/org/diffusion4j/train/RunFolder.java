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
 * {@code model/}. While it is open, nobody else can open it.
 *
 * <p>{@link #create} or {@link #resume} it, {@link #begin} with the trainer, give the listener to {@link Trainer#run}, and
 * close it. Not thread-safe.
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
    private final FileChannel lock;
    private @Nullable RunRecorder recorder;

    private RunFolder(Path folder, Recipe recipe, FileChannel lock) {
        this.folder = folder;
        this.recipe = recipe;
        this.lock = lock;
    }

    /**
     * Begins a run.
     *
     * @param replace whether a run that is there is removed first; files that are not a run's stay
     * @throws CheckpointException if a run is there and shall not be replaced, or if the folder is in use or cannot be written
     */
    public static RunFolder create(Path folder, Recipe recipe, boolean replace) {
        FileChannel lock = lock(folder);
        try {
            if (Files.exists(folder.resolve(RECIPE))) {
                if (!replace) {
                    throw new CheckpointException(folder
                            + ": a run is there already; resume it, replace it by force, or choose another folder");
                }
                for (String part : PARTS) {
                    AtomicFolder.delete(folder.resolve(part));
                }
            }
            return open(folder, recipe, lock);
        } catch (RuntimeException e) {
            close(folder, lock);
            throw e;
        }
    }

    /**
     * Goes on with a run.
     *
     * @param changes assignments such as {@code train.steps=20000} to what does not determine the weights of a step
     * @throws CheckpointException if there is no run, or if the folder is in use or cannot be written
     */
    public static RunFolder resume(Path folder, List<String> changes) {
        if (!Files.exists(folder.resolve(RECIPE))) {
            throw new CheckpointException(folder + ": there is no run to resume, it has no " + RECIPE);
        }
        FileChannel lock = lock(folder);
        try {
            return open(folder, Recipe.read(folder.resolve(RECIPE), changes), lock);
        } catch (RuntimeException e) {
            close(folder, lock);
            throw e;
        }
    }

    private static RunFolder open(Path folder, Recipe recipe, FileChannel lock) {
        Recipe resolved = recipe.resolved();
        Json.write(folder.resolve(RECIPE), resolved.toMap());
        return new RunFolder(folder, resolved, lock);
    }

    public Path path() {
        return folder;
    }

    /** The recipe, with all that was left open decided. */
    public Recipe recipe() {
        return recipe;
    }

    /**
     * Brings the trainer to where the newest checkpoint that is whole left it, if there is one.
     *
     * @param warnings is told, in one line each, of checkpoints that are damaged
     * @return what is to listen to the training: it writes metrics, samples and checkpoints
     * @throws CheckpointException if the checkpoint belongs to another recipe or other data
     */
    public TrainListener begin(Trainer trainer, Consumer<String> warnings) {
        Checkpoints checkpoints = new Checkpoints(folder, recipe.train().keep());
        long metricsBytes = checkpoints.restoreNewest(trainer.state(), warnings);
        recorder = new RunRecorder(folder, recipe, trainer, checkpoints, metricsBytes);
        return recorder;
    }

    private static FileChannel lock(Path folder) {
        Path file = folder.resolve(LOCK);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(channel)) {
                channel.close();
                throw new CheckpointException(
                        folder + ": another training is at work in this folder; stop it or choose another");
            }
            return channel;
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

    private static void close(Path folder, FileChannel lock) {
        try {
            lock.close(); // which gives the lock back
        } catch (IOException e) {
            throw FileTrouble.writing(folder.resolve(LOCK), e);
        }
    }

    @Override
    public void close() {
        if (recorder != null) {
            recorder.close();
        }
        close(folder, lock);
    }
}
