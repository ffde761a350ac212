package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;

/**
 * Writes a folder whole or not at all: into a hidden sibling, every file and folder of which is forced to the disk, and which is
 * then renamed in one step. Whatever happens meanwhile, a folder under the wanted name is complete.
 */
public final class AtomicFolder {

    /** Writes the files of a folder. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes into an empty folder.
         *
         * @param folder under a name that is not its last
         */
        void writeTo(Path folder) throws IOException;
    }

    private AtomicFolder() {}

    /**
     * Writes a new folder; its parents are made where absent.
     *
     * @throws DiffusionException if it exists, or the file system refuses, for instance because the disk is full
     */
    public static void create(Path folder, Content content) {
        if (Files.exists(folder)) {
            throw FileTrouble.writing(folder, new FileAlreadyExistsException(folder.toString()));
        }
        write(folder, content, false);
    }

    /**
     * Writes a folder in place of one that may exist, which stays as it is until the new one is complete. Between the two renames, a
     * killed process leaves the old one beside it under the name {@code .NAME.old}.
     *
     * @throws DiffusionException if the file system refuses, for instance because the disk is full
     */
    public static void replace(Path folder, Content content) {
        write(folder, content, true);
    }

    private static void write(Path folder, Content content, boolean replace) {
        Path parent = folder.toAbsolutePath().getParent();
        Path name = folder.getFileName();
        require(parent != null && name != null, "'%s' is not the name of a folder", folder);
        Path fresh = parent.resolve("." + name + ".tmp");
        Path old = parent.resolve("." + name + ".old");
        try {
            deleteAll(fresh); // what a killed process left
            Files.createDirectories(fresh);
            content.writeTo(fresh);
            force(fresh);
            if (replace && Files.exists(folder)) {
                deleteAll(old);
                Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(parent);
            deleteAll(old);
        } catch (IOException e) {
            DiffusionException trouble = FileTrouble.writing(folder, e);
            deleteAfter(trouble, fresh);
            throw trouble;
        } catch (RuntimeException e) {
            deleteAfter(e, fresh);
            throw e;
        }
    }

    /**
     * Deletes a folder and all below it; one that is absent is well.
     *
     * @throws DiffusionException if the file system refuses
     */
    public static void delete(Path folder) {
        try {
            deleteAll(folder);
        } catch (IOException e) {
            throw FileTrouble.writing(folder, e);
        }
    }

    private static void deleteAfter(RuntimeException failure, Path fresh) {
        try {
            deleteAll(fresh);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path path : below(folder, Comparator.reverseOrder())) {
                Files.delete(path);
            }
        }
    }

    private static void force(Path folder) throws IOException {
        for (Path path : below(folder, Comparator.naturalOrder())) {
            if (Files.isDirectory(path)) {
                forceFolder(path);
            } else {
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    file.force(true);
                }
            }
        }
    }

    /** Makes a rename last. Windows neither needs it nor opens folders. */
    private static void forceFolder(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** The folder and all below it, links not followed. */
    private static List<Path> below(Path folder, Comparator<Path> order) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.sorted(order).toList();
        }
    }
}
