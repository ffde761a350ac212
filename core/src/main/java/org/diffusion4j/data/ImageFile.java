package org.diffusion4j.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/**
 * One image file in a folder or a zip.
 *
 * @param name its path in the folder or zip, with slashes
 * @param path the same, seen from the folder that holds the classes
 */
record ImageFile(String name, String path, Opener opener) {

    /** The most that an entry of a zip may expand to. */
    private static final int MOST_ENTRY_BYTES = 64 << 20;

    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    private static ImageFile of(String name, Opener opener) {
        return new ImageFile(name, name, opener);
    }

    /** The file, if it is named as an image is. */
    static Optional<ImageFile> at(Path file) {
        return Optional.of(of(String.valueOf(file.getFileName()), () -> Files.newInputStream(file)))
                .filter(ImageFile::isVisible)
                .filter(ImageFile::isImage);
    }

    /** All files below a folder that are not hidden, by path. */
    static List<ImageFile> inFolder(Path folder) {
        try (Stream<Path> below = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return sorted(below.filter(Files::isRegularFile)
                    .map(file -> of(
                            folder.relativize(file).toString().replace('\\', '/'), () -> Files.newInputStream(file))));
        } catch (IOException e) {
            throw FileTrouble.reading(folder, e);
        } catch (UncheckedIOException e) { // from a folder below
            throw FileTrouble.reading(folder, Objects.requireNonNull(e.getCause()));
        }
    }

    /** All files in a zip that are not hidden, by path; they are read while it is open. */
    static List<ImageFile> inZip(ZipFile zip) {
        return sorted(zip.stream().filter(entry -> !entry.isDirectory()).map(entry -> {
            String path = entry.getName();
            if (path.startsWith("/")
                    || path.contains("\\")
                    || List.of(path.split("/")).contains("..")) {
                throw new FormatException(zip.getName() + ": the entry '" + path + "' leaves its folder");
            }
            return of(path, () -> bounded(zip, entry));
        }));
    }

    private static InputStream bounded(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(MOST_ENTRY_BYTES + 1);
            if (bytes.length > MOST_ENTRY_BYTES) {
                throw new IOException("it expands to more than " + (MOST_ENTRY_BYTES >> 20) + " MB");
            }
            return new ByteArrayInputStream(bytes);
        }
    }

    private static List<ImageFile> sorted(Stream<ImageFile> files) {
        return files.filter(ImageFile::isVisible)
                .sorted(Comparator.comparing(ImageFile::name))
                .collect(Collectors.toList());
    }

    private boolean isVisible() {
        return Stream.of(path.split("/")).noneMatch(name -> name.startsWith(".") || name.equals("__MACOSX"));
    }

    /** Whether it is named as an image is that can be read. */
    boolean isImage() {
        return Picture.EXTENSIONS.contains(
                path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /** The first folder of the path, or empty for a file at the top. */
    String top() {
        return path.substring(0, Math.max(0, path.indexOf('/')));
    }

    /** The same file seen from its first folder. */
    ImageFile below() {
        return new ImageFile(name, path.substring(path.indexOf('/') + 1), opener);
    }
}
