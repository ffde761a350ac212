package org.diffusion4j.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * A reader of files, which is given files that are nearly right.
 *
 * @param name for messages
 * @param file where a file must lie to be read
 * @param originals that are read well
 * @param sealing makes whole what surrounds a changed content, such as a checksum, so that the change is met behind it
 * @param reading reads {@code file}
 */
record Reader(String name, Path file, List<byte[]> originals, UnaryOperator<byte[]> sealing, Runnable reading) {

    /** Writes the changed file of that number, always the same one. */
    byte[] write(long number) {
        SplittableRandom random = new SplittableRandom(number);
        byte[] original = originals.get(random.nextInt(originals.size()));
        byte[] other = originals.get(random.nextInt(originals.size()));
        byte[] changed = sealing.apply(Mutation.of(original, other, random));
        write(changed);
        return changed;
    }

    /** Puts a file where it is read from. */
    void write(byte[] bytes) {
        try {
            Files.deleteIfExists(file); // what is written over is flushed first, which takes a hundred times as long
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
