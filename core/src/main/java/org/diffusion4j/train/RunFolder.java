package org.diffusion4j.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.EventWriter;
import org.diffusion4j.io.Json;
import org.jspecify.annotations.Nullable;

/**
 * Where a training lives: {@code recipe.json}, {@code metrics.jsonl}, event files, {@code samples/}, {@code checkpoints/step-N/} and
 * {@code model/}.
 *
 * <p>{@link #create} or {@link #resume} it, which changes nothing on the disk; {@link #begin} with the trainer, from where on nobody else
 * can begin in it; give the listener to {@link Trainer#run}, and close it. Not thread-safe.
 */
public final class RunFolder<R extends Recipe> implements AutoCloseable {

    private static final String LOCK = ".lock";
    private static final String RECIPE = "recipe.json";
    private static final List<String> PARTS = List.of(
            RunRecorder.MODEL,
            RunRecorder.SAMPLES,
            RunRecorder.METRICS,
            Checkpoints.FOLDER,
            RECIPE); // the last makes it a run

    private final Path folder;
    private final R recipe;
    private final boolean fresh;
    private @Nullable FileChannel lock;
    private @Nullable RunRecorder recorder;

    private RunFolder(Path folder, R recipe, boolean fresh) {
        this.folder = folder;
        this.recipe = recipe;
        this.fresh = fresh;
    }

    /**
     * A run that is to begin.
     *
     * @param recipe with all that was left open {@linkplain Recipe#resolved decided}
     * @param replace whether a run that is there is removed by {@link #begin}; files that are not a run's stay
     * @throws CheckpointException if a run is there and shall not be replaced, or something of its own that is no run's
     */
    public static <R extends Recipe> RunFolder<R> create(Path folder, R recipe, boolean replace) {
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
        return new RunFolder<>(folder, recipe, true);
    }

    /**
     * A run that is to go on.
     *
     * @param reader of its recipe's file, perhaps with changes to what does not determine the weights of a step, {@linkplain
     *     Recipe#resolved decided}
     * @throws CheckpointException if there is no run
     */
    public static <R extends Recipe> RunFolder<R> resume(Path folder, Function<Path, R> reader) {
        if (!isRun(folder)) {
            throw new CheckpointException(folder + ": there is no run to resume, it has no " + RECIPE);
        }
        return new RunFolder<>(folder, reader.apply(folder.resolve(RECIPE)), false);
    }

    /** Whether a run has begun in a folder. */
    public static boolean isRun(Path folder) {
        return Files.exists(folder.resolve(RECIPE));
    }

    public Path path() {
        return folder;
    }

    /** The recipe, with all that was left open decided. */
    public R recipe() {
        return recipe;
    }

    /**
     * Takes the folder. In a new run what was there is removed; one that goes on has its trainer brought to where the newest checkpoint
     * that is whole left it. Then the recipe is written, so a run that is refused is as it was.
     *
     * @param model writes the model beside each checkpoint
     * @param warnings receives a line for each checkpoint that is damaged
     * @return what is to listen to the training: it writes metrics, models and checkpoints
     * @throws CheckpointException if the checkpoint belongs to another recipe or other data, or if the folder is in use
     */
    public TrainListener begin(Trainer trainer, ModelWriter model, Consumer<String> warnings) {
        lock = lock(folder);
        AtomicFolder.recover(folder);
        AtomicFolder.recover(folder.resolve(Checkpoints.FOLDER));
        if (fresh) {
            PARTS.forEach(part -> AtomicFolder.delete(folder.resolve(part)));
        }
        Checkpoints checkpoints = new Checkpoints(folder, recipe.train().keep());
        long metricsBytes = checkpoints.restoreNewest(trainer.state(), warnings);
        Json.write(folder.resolve(RECIPE), recipe.toMap());
        RunRecorder begun = new RunRecorder(folder, trainer, model, checkpoints, metricsBytes);
        recorder = begun;
        return begun;
    }

    /**
     * Where samples that the kind of data draws in training go.
     *
     * @param extension such as {@code .png}
     */
    public Path samples(long step, String extension) {
        return folder.resolve(RunRecorder.SAMPLES).resolve("step-" + step + extension);
    }

    /** The run's TensorBoard events from {@link #begin} on, borrowed. */
    public EventWriter events() {
        if (recorder == null) {
            throw new IllegalStateException("the run has not begun");
        }
        return recorder.events();
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

    /**
     * A model in training in its run folder: what all kinds of data have in common. While it is open nobody else can train in that
     * folder.
     *
     * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
     *
     * @param <R> the kind of recipe
     * @param <M> the kind of model
     */
    public abstract static class Session<R extends Recipe, M extends AutoCloseable> implements AutoCloseable {

        private final RunFolder<R> folder;
        private final M model;
        private final Trainer trainer;
        private final TrainListener recorder;
        private final CloseGuard guard = new CloseGuard("the training", this::free);

        /**
         * Of what is open already; all of it is this session's from now on.
         *
         * @param recorder that of {@link RunFolder#begin}, and others that come before a caller's
         */
        protected Session(RunFolder<R> folder, M model, Trainer trainer, TrainListener recorder) {
            this.folder = folder;
            this.model = model;
            this.trainer = trainer;
            this.recorder = recorder;
        }

        /**
         * Opens a session; where that fails, closes the folder and what was opened so far, the newest first.
         *
         * @param opening pushes what it opens
         */
        protected static <S> S open(RunFolder<?> folder, Function<Deque<AutoCloseable>, S> opening) {
            Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(folder));
            try {
                return opening.apply(opened);
            } catch (RuntimeException e) {
                opened.forEach(resource -> closeAfter(e, resource));
                throw e;
            }
        }

        private static void closeAfter(RuntimeException failure, AutoCloseable resource) {
            try {
                resource.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }

        /** The recipe, with all that was left open decided. */
        public R recipe() {
            return folder.recipe();
        }

        /** The model in training, borrowed; its weights are not the averaged ones. */
        public M model() {
            return model;
        }

        /** Where the model with its averaged weights lies, as of the newest checkpoint. */
        public Path modelFolder() {
            return folder.path().resolve(RunRecorder.MODEL);
        }

        /** The step that was made last, 0 before the first. */
        public long step() {
            return trainer.state().step();
        }

        /** Lets {@link #run} finish its step, save, and return. */
        public void requestStop() {
            trainer.requestStop();
        }

        /**
         * Trains until the recipe's steps are done, its time is up, or somebody stops it. The run folder is written first, then the
         * listener is called.
         *
         * @throws java.util.concurrent.CancellationException if it is {@linkplain org.diffusion4j.engine.Cancellation cancelled} or
         *     interrupted, after the step under way is done and saved
         */
        public TrainResult run(TrainListener listener) {
            try (CloseGuard.Use use = guard.use()) {
                return trainer.run(TrainListener.all(recorder, listener));
            }
        }

        /**
         * Asks a run under way to stop and save, waits for it, and frees; a listener that closes does not wait, and all is freed after
         * its run.
         */
        @Override
        public void close() {
            trainer.requestStop();
            guard.close();
        }

        private void free() {
            try (folder;
                    AutoCloseable last = model) {
                trainer.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("the model could not be closed", e);
            }
        }
    }
}
