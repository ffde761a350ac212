package org.diffusion4j.golden;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Where recorded cases lie: the test resources, {@code ../shared/golden} beside the checkout where present, and every folder of
 * {@code -Ddiffusion4j.golden=DIR} (several, path-separated). A case found twice is taken from the later root.
 */
public final class GoldenCases {

    private GoldenCases() {}

    /** All roots that exist, in order. */
    public static List<Path> roots() {
        List<Path> roots = new ArrayList<>();
        roots.add(Path.of("src/test/resources/golden"));
        roots.add(Path.of("../../shared/golden"));
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

    /** Every case below the roots: a JSON file with {@code kind} and {@code name}. */
    public static List<GoldenCase> all() {
        Map<String, Path> files = new LinkedHashMap<>();
        for (Path root : roots()) {
            try (Stream<Path> walk = Files.walk(root)) {
                walk.filter(file -> file.getFileName().toString().endsWith(".json"))
                        .filter(GoldenCases::isCase)
                        .sorted()
                        .forEach(file -> files.put(file.getParent().getFileName() + "/" + file.getFileName(), file));
            } catch (IOException e) {
                throw new UncheckedIOException(root + ": " + e.getMessage(), e);
            }
        }
        return files.values().stream().map(GoldenCase::read).toList();
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
