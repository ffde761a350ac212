package org.diffusion4j.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A folder, such as a checkpoint, that is complete or absent and knows when it is damaged: written by {@link AtomicFolder}, with the
 * SHA-256 of every file in {@code manifest.json}, which is written last.
 */
public final class SealedFolder {

    private static final String MANIFEST = "manifest.json";

    private SealedFolder() {}

    /**
     * Writes a new folder and its manifest.
     *
     * @throws org.diffusion4j.engine.DiffusionException if it exists, or the file system refuses, for instance because the disk is full
     */
    public static void create(Path folder, AtomicFolder.Content content) {
        AtomicFolder.create(folder, fresh -> {
            content.writeTo(fresh);
            Json.write(fresh.resolve(MANIFEST), Map.of("sha256", sums(fresh)));
        });
    }

    /**
     * Checks that every file is there and is as it was written, and no other.
     *
     * @throws CheckpointException if not; the message names the file
     */
    public static void verify(Path folder) {
        if (!Files.isRegularFile(folder.resolve(MANIFEST))) {
            throw new CheckpointException(folder + ": is damaged: it has no " + MANIFEST);
        }
        try {
            Map<String, @Nullable Object> stated = new TreeMap<>(
                    Json.object(Json.readObject(folder.resolve(MANIFEST)).get("sha256"), folder + ": " + MANIFEST));
            sums(folder).forEach((file, sum) -> {
                if (!sum.equals(stated.remove(file))) {
                    throw new CheckpointException(
                            folder + ": is damaged: " + file + " is not as " + MANIFEST + " has it");
                }
            });
            if (!stated.isEmpty()) {
                throw new CheckpointException(folder + ": is damaged: these are missing: " + stated.keySet());
            }
        } catch (FormatException e) {
            throw new CheckpointException(folder + ": is damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        }
    }

    /** SHA-256 of each file but the manifest, by its path with slashes. */
    private static Map<String, String> sums(Path folder) throws IOException {
        Map<String, String> sums = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (!name.equals(MANIFEST)) {
                    sums.put(name, Sha256.of(file));
                }
            }
        }
        return sums;
    }
}
