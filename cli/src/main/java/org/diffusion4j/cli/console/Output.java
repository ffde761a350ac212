package org.diffusion4j.cli.console;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.io.Links;
import org.diffusion4j.train.RunFolder;
import org.jspecify.annotations.Nullable;

/** Where results go: refused before any work is done where it exists already or cannot be written. */
public final class Output {

    private Output() {}

    /**
     * Checks that a file can be written. A device or pipe is written through; it needs no {@code force}, since nothing is replaced.
     *
     * @param suffix which the name must have, such as {@code .png}, if it has one
     * @throws IllegalArgumentException if it exists and {@code force} is not given, or has another suffix
     * @throws DiffusionException if it cannot be written
     */
    public static void checkFile(Path file, String suffix, boolean force) {
        if (Links.isDevice(file)) {
            if (!Files.isWritable(file)) {
                throw FileTrouble.writing(file, new AccessDeniedException(file.toString()));
            }
            return;
        }
        String name = String.valueOf(file.getFileName());
        require(
                name.lastIndexOf('.') < 1 || name.toLowerCase(Locale.ROOT).endsWith(suffix),
                "%s: what is written is %s, not %s; choose a name that ends in %s",
                file,
                suffix.substring(1).toUpperCase(Locale.ROOT),
                name.substring(name.lastIndexOf('.') + 1),
                suffix);
        require(
                force || !Files.exists(file),
                "%s: exists already; add --force to replace it, or choose another name",
                file);
        Path target = followed(file);
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(target)) {
            throw new DiffusionException(file + ": cannot be written: it is a folder");
        }
        probe(file, folder);
    }

    /**
     * Checks that outputs do not replace each other.
     *
     * @param files by the option that names each; those that are null are not written
     */
    public static void checkDistinct(Map<String, @Nullable Path> files) {
        Map<Path, String> seen = new HashMap<>();
        files.forEach((option, file) -> {
            if (file != null && !Links.isDevice(file)) {
                String other = seen.put(followed(file).toAbsolutePath().normalize(), option);
                require(
                        other == null,
                        "%s: both %s and %s would be written to it; choose two names",
                        file,
                        other,
                        option);
            }
        });
    }

    private static Path followed(Path file) {
        try {
            return Links.follow(file);
        } catch (IOException e) {
            throw FileTrouble.writing(file, e);
        }
    }

    /** Checks that files can be written into a folder, which is made where absent. */
    public static void checkFolder(Path folder, boolean force) {
        require(
                force || !Files.exists(folder),
                "%s: exists already; add --force to write into it, or choose another name",
                folder);
        probe(folder, folder);
    }

    /** Checks that a run can begin in a folder. */
    public static void checkRun(Path folder, boolean force) {
        require(
                force || !RunFolder.isRun(folder),
                "%s: a run is there already; --force replaces it, --out takes another folder,"
                        + " %s train --resume --out %s goes on with it",
                folder,
                Program.CALLED,
                folder);
        probe(folder, folder);
    }

    /** The first name that is not there yet: {@code NAME}, {@code NAME-2} and so on, each with the suffix. */
    public static Path firstFree(Path name, String suffix) {
        return first(name, suffix, path -> !Files.exists(path));
    }

    /** The first of such names that will do. */
    public static Path first(Path name, String suffix, Predicate<Path> good) {
        Path path = Path.of(name + suffix);
        for (int i = 2; !good.test(path); i++) {
            path = Path.of(name + "-" + i + suffix);
        }
        return path;
    }

    /** Checks that a study can begin, or go on, in a folder. */
    public static void checkStudy(Path folder) {
        require(
                !Files.exists(folder) || Files.isDirectory(folder.resolve("cells")),
                "%s: exists already and is no study; choose another name",
                folder);
        probe(folder, folder);
    }

    /** Where a run folder keeps its recipe. */
    public static Path recipe(Path run) {
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
