package org.diffusion4j.engine;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

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
        if (cause instanceof ClosedByInterruptException) {
            return "the thread was interrupted";
        }
        String message = cause instanceof FileSystemException at ? at.getReason() : cause.getMessage();
        if (message == null) {
            return cause.getClass().getSimpleName();
        }
        if (message.contains("No space left")) {
            return "the disk is full; free some space or choose another folder";
        }
        if (cause instanceof FileNotFoundException) { // FILE (Permission denied)
            return message.substring(message.lastIndexOf('(') + 1)
                    .replace(")", "")
                    .toLowerCase(Locale.ROOT);
        }
        return message.lines().findFirst().orElse(message);
    }
}
