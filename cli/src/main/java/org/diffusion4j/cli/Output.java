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

    /** Checks that a run can begin in a folder. */
    static void checkRun(Path folder, boolean force) {
        require(
                force || !Files.exists(recipe(folder)),
                "%s: a run is there already; --force replaces it, --out takes another folder,"
                        + " %s train --resume --out %s goes on with it",
                folder,
                Diffuse.CALLED,
                folder);
        probe(folder, folder);
    }

    /** The first name that is not there yet: {@code NAME}, {@code NAME-2} and so on, each with the suffix. */
    static Path firstFree(Path name, String suffix) {
        Path free = Path.of(name + suffix);
        for (int i = 2; Files.exists(free); i++) {
            free = Path.of(name + "-" + i + suffix);
        }
        return free;
    }

    /** Checks that a study can begin, or go on, in a folder. */
    static void checkStudy(Path folder) {
        require(
                !Files.exists(folder) || Files.isDirectory(folder.resolve("cells")),
                "%s: exists already and is no study; choose another name",
                folder);
        probe(folder, folder);
    }

    /** Where a run folder keeps its recipe. */
    static Path recipe(Path run) {
        return run.resolve("recipe.json");
    }

    /** Writes a file into the folder, or, so that nothing is left behind, into the one where it would be made. */
    private static void probe(Path output, Path folder) {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            Files.delete(Files.createTempFile(there, ".diffuse", ".tmp"));
        } catch (IOException e) {
            throw FileTrouble.writing(output, e);
        }
    }
}
