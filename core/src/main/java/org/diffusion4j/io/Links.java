package org.diffusion4j.io;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Symbolic links: what is written under the name of one goes where it leads. */
public final class Links {

    private static final int MOST_HOPS = 40; // as Linux

    private Links() {}

    /**
     * The end of a chain of links, which may not exist yet; {@code path} itself where it is no link.
     *
     * @throws FileSystemLoopException if the links lead in a circle
     */
    public static Path follow(Path path) throws IOException {
        Path at = path;
        for (int hops = 0; Files.isSymbolicLink(at); hops++) {
            if (hops == MOST_HOPS) {
                throw new FileSystemLoopException(path.toString());
            }
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        return at;
    }

    /** Whether this is neither a file nor a folder, links followed: a device or a pipe, which is written through and never replaced. */
    public static boolean isDevice(Path path) {
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }
}
