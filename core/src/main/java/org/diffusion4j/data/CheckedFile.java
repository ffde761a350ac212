package org.diffusion4j.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/** A plain or gzip file that is read from front to back; every fault is one line that names it. Not thread-safe. */
public final class CheckedFile implements AutoCloseable {

    /** The most that one byte of deflate can become. */
    private static final int LARGEST_EXPANSION = 1032;

    private final Path path;
    private final InputStream in;
    private final long mostBytes;

    private CheckedFile(Path path, InputStream in, long mostBytes) {
        this.path = path;
        this.in = in;
        this.mostBytes = mostBytes;
    }

    /** Opens a file; it is taken as gzip if it begins like one. */
    static CheckedFile open(Path path) {
        try {
            InputStream raw = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
            try {
                raw.mark(2);
                boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
                raw.reset();
                long length = Files.size(path);
                return gzip
                        ? new CheckedFile(path, new GZIPInputStream(raw, 1 << 16), length * LARGEST_EXPANSION)
                        : new CheckedFile(path, raw, length);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        } catch (IOException e) {
            throw explained(path, e);
        }
    }

    /** Refuses a size that a file of this length cannot hold, before memory is taken for it. */
    void requireRoomFor(long bytes, String what) {
        if (bytes > mostBytes) {
            throw fault("says it has " + what + ", which is more than a file of its length can hold; is it truncated?");
        }
    }

    int readInt(String what) {
        byte[] four = new byte[Integer.BYTES];
        read(four, what);
        return ByteBuffer.wrap(four).getInt();
    }

    /** Fills {@code target}. */
    void read(byte[] target, String what) {
        try {
            if (in.readNBytes(target, 0, target.length) < target.length) {
                throw new EOFException("before " + what);
            }
        } catch (IOException e) {
            throw explained(path, e);
        }
    }

    void requireEnd(String what) {
        try {
            if (in.read() >= 0) {
                throw fault("has more bytes behind " + what + "; is it of another format?");
            }
        } catch (IOException e) {
            throw explained(path, e);
        }
    }

    FormatException fault(String what) {
        return new FormatException(path + ": " + what);
    }

    /** Says in plain words why a file cannot be read to its end. */
    public static DiffusionException explained(Path path, IOException e) {
        if (e instanceof EOFException) {
            return new FormatException(
                    path + ": is truncated, it ends too early (" + e.getMessage() + "); get it again", e);
        }
        if (e instanceof ZipException) {
            return new FormatException(path + ": is damaged (" + e.getMessage() + "); get it again", e);
        }
        return FileTrouble.reading(path, e);
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw explained(path, e);
        }
    }
}
