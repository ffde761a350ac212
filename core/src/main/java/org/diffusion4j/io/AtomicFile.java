package org.diffusion4j.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.diffusion4j.engine.FileTrouble;

/**
 * Writes a file whole or not at all: to a hidden sibling, forced to the disk, then renamed over the old one. Symbolic links are
 * followed, and a device or pipe is written through.
 */
public final class AtomicFile {

    /** Writes the content of the file. */
    interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes a file of text in UTF-8, replacing one that exists; its folder is made where absent.
     *
     * @throws org.diffusion4j.engine.DiffusionException if the file system refuses, for instance because the disk is full
     */
    public static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Path file, byte[] content) {
        write(file, out -> writeFully(out, ByteBuffer.wrap(content)));
    }

    /**
     * Writes {@code file}, replacing one that exists; its folder is made where absent.
     *
     * @throws org.diffusion4j.engine.DiffusionException if the file system refuses, for instance because the disk is full
     */
    static void write(Path file, Content content) {
        try {
            if (Links.isDevice(file)) {
                writeThrough(file, content);
            } else {
                replace(Links.follow(file), content);
            }
        } catch (IOException e) {
            throw FileTrouble.writing(file, e);
        }
    }

    private static void writeThrough(Path device, Content content) throws IOException {
        try (FileChannel out = FileChannel.open(device, StandardOpenOption.WRITE)) {
            content.writeTo(out);
        }
    }

    private static void replace(Path file, Content content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path name = file.getFileName();
        if (folder == null || name == null) {
            throw new IOException("it is not the name of a file");
        }
        Path sibling = folder.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.createDirectories(folder);
            try (FileChannel out = FileChannel.open(sibling, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(out);
                out.force(true);
            }
            Files.move(sibling, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            deleteQuietly(sibling);
        }
    }

    static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Deletes what a failed write left; the failure itself is what the caller must hear of. */
    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException ignored) {
            // a leftover hidden file harms nobody
        }
    }
}
