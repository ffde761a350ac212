package org.diffusion4j.cli;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;

/** Where results go: refused before any work is done where it exists already or cannot be written. */
final class Output {

    private Output() {}

    /**
     * Checks that a file can be written.
     *
     * @throws IllegalArgumentException if it exists and {@code force} is not given
     * @throws DiffusionException if it cannot be written
     */
    static void checkFile(Path file, boolean force) {
        require(
                force || !Files.exists(file),
                "%s: exists already; add --force to replace it, or choose another name",
                file);
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw new DiffusionException(file + ": cannot be written: it is a folder");
        }
        probe(file, folder);
    }

    /** Checks that files can be written into a folder, which is made where absent. */
    static void checkFolder(Path folder, boolean force) {
        require(
                force || !Files.exists(folder),
                "%s: exists already; add --force to write into it, or choose another name",
                folder);
        probe(folder, folder);
    }

    private static void probe(Path output, Path folder) {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".diffuse", ".tmp"));
        } catch (IOException e) {
            throw FileTrouble.writing(output, e);
        }
    }
}
