package org.diffusion4j.golden;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where recorded cases lie: the test resources, {@code ../shared/golden} beside the checkout where present, and every folder of
 * {@code -Ddiffusion4j.golden=DIR} (several, path-separated). A case found twice is replayed twice.
 */
public final class GoldenCases {

    private GoldenCases() {}

    /** What comes with the sources: at least one case of every symbol that is covered. */
    static final Path CLONE = Path.of("src/test/resources/golden");

    private static final Path SHARED = Path.of("../../shared/golden");

    /** All roots that exist, in order. */
    public static List<Path> roots() {
        List<Path> roots = new ArrayList<>();
        roots.add(CLONE);
        roots.add(SHARED);
        for (String folder : System.getProperty("diffusion4j.golden", "").split(File.pathSeparator)) {
            if (!folder.isBlank()) {
                if (!Files.isDirectory(Path.of(folder))) {
                    throw new IllegalArgumentException("-Ddiffusion4j.golden: " + folder + " is not a folder");
                }
                roots.add(Path.of(folder));
            }
        }
        return roots.stream().filter(Files::isDirectory).toList();
    }

    /** Whether all that was ever recorded is here, not only what comes with the sources. */
    static boolean complete() {
        return Files.isDirectory(SHARED);
    }

    /** Every case below the roots. */
    public static List<GoldenCase> all() {
        return roots().stream().flatMap(root -> below(root).stream()).toList();
    }

    /** Every case below one root: a JSON file with {@code kind} and {@code name}. */
    static List<GoldenCase> below(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(file -> file.getFileName().toString().endsWith(".json"))
                    .filter(GoldenCases::isCase)
                    .sorted()
                    .map(GoldenCase::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(root + ": " + e.getMessage(), e);
        }
    }

    /** A file or folder below the last root that has it, such as {@code folders/tiny_ddpm}. */
    public static Path find(String relative) {
        List<Path> roots = roots();
        for (int i = roots.size() - 1; i >= 0; i--) {
            Path found = roots.get(i).resolve(relative);
            if (Files.exists(found)) {
                return found;
            }
        }
        throw new IllegalArgumentException("no golden root has " + relative);
    }

    private static boolean isCase(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.limit(3).anyMatch(line -> line.contains("\"kind\""));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }
}
