package org.diffusion4j.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;

/**
 * The binary version of CIFAR-10 (Krizhevsky 2009): files of records, each a byte of label and 3072 bytes of pixels, red, green, blue.
 */
public final class Cifar {

    private static final int SIDE = 32;
    private static final int RECORD = 1 + 3 * SIDE * SIDE;
    private static final String NAMES = "batches.meta.txt";

    /** The folder that the published archive unpacks to. */
    static final String FOLDER = "cifar-10-batches-bin";

    /** All files that are read. */
    public static final List<String> FILES = Stream.of(files(DataSplit.TRAIN), files(DataSplit.TEST), List.of(NAMES))
            .flatMap(List::stream)
            .toList();

    private Cifar() {}

    private static List<String> files(DataSplit part) {
        return part == DataSplit.TRAIN
                ? IntStream.rangeClosed(1, 5)
                        .mapToObj(i -> "data_batch_" + i + ".bin")
                        .toList()
                : List.of("test_batch.bin");
    }

    /** The first file of a part. */
    public static String fileName(DataSplit part) {
        return files(part).get(0);
    }

    /** Where the files of a part lie, {@code folder} or the archive's folder in it, if they do. */
    public static Optional<Path> folder(Path folder, DataSplit part) {
        return Stream.of(folder, folder.resolve(FOLDER))
                .filter(candidate -> Files.isRegularFile(candidate.resolve(fileName(part))))
                .findFirst();
    }

    /** Whether all files of a part lie in {@code folder} or the archive's folder in it. */
    public static boolean isIn(Path folder, DataSplit part) {
        return folder(folder, part)
                .filter(found -> Files.exists(found.resolve(NAMES))
                        && files(part).stream().allMatch(file -> Files.exists(found.resolve(file))))
                .isPresent();
    }

    /** Reads a part from where {@link #folder} found it. */
    public static InMemoryImages read(Path folder, DataSplit part) {
        List<String> labelNames = labelNames(folder.resolve(NAMES));
        List<Path> files = files(part).stream().map(folder::resolve).toList();
        int size = Math.toIntExact(files.stream().mapToLong(Cifar::records).sum());
        String name = folder + ", " + (part == DataSplit.TRAIN ? "training part" : "test part");
        PixelStore pixels = new PixelStore(name, 3, SIDE, SIDE);
        int[] labels = new int[size];
        byte[] record = new byte[RECORD];
        for (Path path : files) {
            try (CheckedFile file = CheckedFile.open(path)) {
                for (long left = records(path); left > 0; left--) {
                    file.read(record, "its last record");
                    int label = record[0] & 0xff;
                    if (label >= labelNames.size()) {
                        throw file.fault("has the label " + label + ", expected 0 to " + (labelNames.size() - 1));
                    }
                    labels[pixels.size()] = label;
                    pixels.add(record, 1);
                }
            }
        }
        return new InMemoryImages(pixels, labels, labelNames);
    }

    private static long records(Path path) {
        long bytes = size(path);
        if (bytes == 0 || bytes % RECORD != 0) {
            throw new FormatException(path + ": has " + bytes + " bytes, expected a multiple of " + RECORD
                    + "; it is truncated or not of the binary version, get it again");
        }
        return bytes / RECORD;
    }

    private static long size(Path path) {
        try {
            return Files.size(path);
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }

    private static List<String> labelNames(Path path) {
        try {
            return Files.readAllLines(path).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw FileTrouble.reading(path, e);
        }
    }
}
