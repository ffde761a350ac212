package org.diffusion4j.data.catalog;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.diffusion4j.data.CheckedFile;
import org.diffusion4j.engine.FormatException;

/** Takes named files out of a gzipped tar archive. What an entry's path says beyond its last name is not used. */
public final class TarGz {

    private static final int BLOCK = 512;

    /** Larger entries are refused. */
    private static final long MOST_BYTES = 1L << 28;

    private TarGz() {}

    /** Writes the entries of these names into {@code folder}; each appears there whole or not at all. */
    public static void extract(Path archive, Path folder, List<String> names) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16)) {
            byte[] header = new byte[BLOCK];
            while (in.readNBytes(header, 0, BLOCK) == BLOCK && header[0] != 0) {
                String path = new String(header, 0, 100, StandardCharsets.US_ASCII);
                String name = path.substring(path.lastIndexOf('/') + 1).trim();
                long bytes = size(new String(header, 124, 12, StandardCharsets.US_ASCII).trim(), archive);
                if (bytes > MOST_BYTES) {
                    throw new FormatException(archive + ": its entry '" + name + "' has " + bytes + " bytes, at most "
                            + MOST_BYTES + " are taken");
                }
                if (names.contains(name)) {
                    write(in, bytes, folder.resolve(name));
                } else {
                    in.skipNBytes(bytes);
                }
                in.skipNBytes((BLOCK - bytes % BLOCK) % BLOCK);
            }
        } catch (IOException e) {
            throw CheckedFile.explained(archive, e);
        }
    }

    private static long size(String octal, Path archive) {
        if (!octal.matches("[0-7]{1,12}")) {
            throw new FormatException(archive + ": is damaged (an entry has the size '" + octal + "'); get it again");
        }
        return Long.parseLong(octal, 8);
    }

    private static void write(InputStream in, long bytes, Path target) throws IOException {
        byte[] content = in.readNBytes((int) bytes);
        if (content.length < bytes) {
            throw new EOFException("in its entry " + target.getFileName());
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        Files.write(part, content);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }
}
