package org.diffusion4j.io;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;

/**
 * Writes a folder whole or not at all: into a hidden sibling, every file and folder of which is forced to the disk, and which is
 * then renamed in one step. Whatever happens meanwhile, a folder under the wanted name is complete. Symbolic links are followed.
 *
 * <p>Threads and processes: each writer has a sibling of its own, so they do not disturb each other; of those that replace one folder at
 * the same time, the last one wins.
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

    private static final String FRESH = ".tmp";
    private static final String OLD = ".old";
    private static final String UNIQUE = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final Pattern LEFTOVER = Pattern.compile("\\.(.+)\\." + UNIQUE + "(\\" + FRESH + "|\\" + OLD + ")");
    private static final int MOST_TRIES = 100;

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
     * killed process leaves the old one beside it under a hidden name: see {@link #recover}.
     *
     * @throws DiffusionException if the file system refuses, for instance because the disk is full
     */
    public static void replace(Path folder, Content content) {
        write(folder, content, true);
    }

    private static void write(Path folder, Content content, boolean replace) {
        try {
            Path target = Links.follow(folder);
            Path parent = target.toAbsolutePath().getParent();
            Path name = target.getFileName();
            require(parent != null && name != null, "'%s' is not the name of a folder", folder);
            String hidden = "." + name + "." + UUID.randomUUID();
            Path fresh = parent.resolve(hidden + FRESH);
            Path old = parent.resolve(hidden + OLD);
            try {
                Files.createDirectories(fresh);
                content.writeTo(fresh);
                force(fresh);
                if (replace) {
                    takePlace(fresh, target, old);
                } else {
                    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
                }
                forceFolder(parent);
                deleteAll(old);
            } catch (IOException | RuntimeException e) {
                deleteAfter(e, fresh);
                throw e;
            }
        } catch (IOException e) {
            throw FileTrouble.writing(folder, e);
        }
    }

    /** Renames {@code fresh} to {@code folder}, what was there to {@code old}, and puts that back where the other fails. */
    static void takePlace(Path fresh, Path folder, Path old) throws IOException {
        for (int tries = 1; ; tries++) {
            boolean moved = moved(folder, old);
            try {
                Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (IOException e) {
                boolean overtaken = Files.exists(folder); // by another writer, between the two renames
                if (moved && !overtaken) {
                    Files.move(old, folder, StandardCopyOption.ATOMIC_MOVE);
                } else {
                    deleteAll(old);
                }
                if (!overtaken || tries == MOST_TRIES) {
                    throw e;
                }
            }
        }
    }

    /** Moves a folder away, if there is one. */
    private static boolean moved(Path folder, Path away) throws IOException {
        try {
            Files.move(folder, away, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException none) {
            return false;
        }
    }

    /**
     * Puts in order what killed processes left in {@code parent}, in which nobody may write meanwhile: what was moved away and has no
     * successor comes back, what was half written goes.
     *
     * @throws DiffusionException if the file system refuses
     */
    public static void recover(Path parent) {
        try {
            if (Files.isDirectory(parent)) {
                for (Path path : entries(parent)) {
                    Matcher leftover = LEFTOVER.matcher(String.valueOf(path.getFileName()));
                    if (!leftover.matches()) {
                        continue;
                    }
                    Path folder = parent.resolve(leftover.group(1));
                    if (leftover.group(2).equals(OLD) && !Files.exists(folder)) {
                        Files.move(path, folder, StandardCopyOption.ATOMIC_MOVE);
                    } else {
                        deleteAll(path);
                    }
                }
            }
        } catch (IOException e) {
            throw FileTrouble.writing(parent, e);
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
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

    private static void deleteAfter(Exception failure, Path fresh) {
        try {
            deleteAll(fresh);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
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
