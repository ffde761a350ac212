package org.diffusion4j.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The two lists beside the cases: which are not replayed and why, and which symbols no check covers yet. */
final class GoldenLists {

    private static final Path FOLDER = Path.of("src/test/resources");

    private GoldenLists() {}

    /** Why a case is not replayed. */
    enum Reason {
        DEFECT("defect of the reference"),
        NOT_OFFERED("not offered"),
        LIMIT("limit of ours");

        private final String title;

        Reason(String title) {
            this.title = title;
        }

        static Reason titled(String title) {
            return Arrays.stream(values())
                    .filter(reason -> reason.title.equals(title))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalArgumentException("golden-exclusions.txt: no section '" + title + "'"));
        }

        @Override
        public String toString() {
            return title;
        }
    }

    /** One case that is not replayed. */
    record Exclusion(Reason reason, String words) {

        @Override
        public String toString() {
            return reason + ": " + words;
        }
    }

    /** By {@code kind/name}: sections of reasons in brackets, and in them lines {@code kind/name: words}. */
    static Map<String, Exclusion> exclusions() {
        Map<String, Exclusion> exclusions = new TreeMap<>();
        Reason reason = null;
        for (String line : lines("golden-exclusions.txt")) {
            if (line.startsWith("[")) {
                reason = Reason.titled(line.substring(1, line.length() - 1));
                continue;
            }
            String[] parts = line.split(": ", 2);
            if (reason == null
                    || parts.length < 2
                    || exclusions.put(parts[0], new Exclusion(reason, parts[1])) != null) {
                throw new IllegalArgumentException("golden-exclusions.txt: no section, no words or twice: " + line);
            }
        }
        return exclusions;
    }

    /** Lines {@code kind symbol} that no check may have to cover yet. */
    static List<String> uncovered() {
        return lines("golden-uncovered.txt");
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(FOLDER.resolve(file)).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }
}
