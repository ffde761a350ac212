package org.diffusion4j.engine;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** What the file system refuses, as one line: the file, the reason in plain words, and what to do where that is known. */
public final class FileTrouble {

    private FileTrouble() {}

    /** The file cannot be read. */
    public static DiffusionException reading(Path file, IOException cause) {
        return new DiffusionException(file + ": cannot be read: " + reason(cause), cause);
    }

    /** The file cannot be written. */
    public static DiffusionException writing(Path file, IOException cause) {
        boolean inTheWay = cause instanceof FileAlreadyExistsException at
                && !file.equals(Path.of(at.getFile())); // where a folder was to be made
        return new DiffusionException(
                file + ": cannot be written: " + (inTheWay ? cause.getMessage() + " is not a folder" : reason(cause)),
                cause);
    }

    /** The reason alone, in plain words. */
    public static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException || cause instanceof NotDirectoryException) {
            return "there is no such file or folder";
        }
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        String message = cause instanceof FileSystemException at ? at.getReason() : cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        return message.contains("No space left")
                ? "the disk is full; free some space or choose another folder"
                : message.lines().findFirst().orElse(message);
    }
}
