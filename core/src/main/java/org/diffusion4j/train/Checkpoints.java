package org.diffusion4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.SealedFolder;

/** The checkpoints of a run: the newest few and the best by validation. */
final class Checkpoints {

    static final String FOLDER = "checkpoints";
    private static final String PREFIX = "step-";

    private final Path folder;
    private final int keep;

    Checkpoints(Path run, int keep) {
        this.folder = run.resolve(FOLDER);
        this.keep = keep;
    }

    /** Writes one, then removes those that are neither new nor the best. */
    void write(TrainState state, long metricsBytes) {
        Checkpoint.write(folder.resolve(PREFIX + state.step()), state, metricsBytes);
        prune();
    }

    /**
     * Restores the newest that is whole.
     *
     * @return how long the metrics file was then, 0 if there is no checkpoint
     */
    long restoreNewest(TrainState state, Consumer<String> warnings) {
        Map<Path, String> damaged = new LinkedHashMap<>();
        for (Path checkpoint : newestFirst()) {
            Optional<String> damage = damage(checkpoint);
            if (damage.isPresent()) {
                damaged.put(checkpoint, damage.get());
                continue;
            }
            Checkpoint facts = Checkpoint.facts(checkpoint);
            facts.restore(checkpoint, state);
            damaged.forEach((path, why) -> {
                warnings.accept(why + "; " + checkpoint.getFileName() + " is used");
                AtomicFolder.delete(path); // the run will write it again
            });
            return facts.metricsBytes();
        }
        if (!damaged.isEmpty()) {
            throw new CheckpointException(folder + ": no checkpoint is whole; begin the run anew by force");
        }
        return 0;
    }

    private static Optional<String> damage(Path checkpoint) {
        try {
            SealedFolder.verify(checkpoint);
            return Optional.empty();
        } catch (DiffusionException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void prune() {
        List<Path> newestFirst = newestFirst();
        Set<Path> kept = new HashSet<>(newestFirst.subList(0, Math.min(keep, newestFirst.size())));
        newestFirst.stream().min(Comparator.comparingDouble(Checkpoints::loss)).ifPresent(kept::add);
        newestFirst.stream().filter(checkpoint -> !kept.contains(checkpoint)).forEach(AtomicFolder::delete);
    }

    /** The validation loss; of a checkpoint without one, or whose facts are damaged, it is the worst. */
    private static double loss(Path checkpoint) {
        try {
            Double loss = Checkpoint.facts(checkpoint).validationLoss();
            return loss == null ? Double.POSITIVE_INFINITY : loss;
        } catch (DiffusionException damaged) {
            return Double.POSITIVE_INFINITY;
        }
    }

    private List<Path> newestFirst() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().matches(PREFIX + "\\d+"))
                    .sorted(Comparator.comparingLong(Checkpoints::step).reversed())
                    .toList();
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        }
    }

    private static long step(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(PREFIX.length()));
    }
}
