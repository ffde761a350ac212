package org.diffusion4j.benchmarks;

import static org.diffusion4j.benchmarks.Benchmarks.print;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** How long the command line takes from the shell's point of view. */
final class StartUp {

    private static final int ROUNDS = 5;

    private StartUp() {}

    static void table(Path jar) throws IOException {
        print("| start-up of the command line | s |%n|---|---|%n");
        print("| --version, which does not load libtorch | %.2f |%n", later(jar, "--version"));
        print("| doctor, the first time (natives are unpacked) | %.2f |%n", first(jar));
        print("| doctor, later | %.2f |%n%n", later(jar, "doctor"));
    }

    private static double later(Path jar, String command) {
        return Interleaved.medians(ROUNDS, () -> run(jar, List.of(), command))[0];
    }

    private static double first(Path jar) throws IOException {
        Path cache = Files.createTempDirectory("natives");
        try {
            long begun = System.nanoTime();
            run(jar, List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache), "doctor");
            return (System.nanoTime() - begun) / 1e9;
        } finally {
            try (Stream<Path> files = Files.walk(cache)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void run(Path jar, List<String> options, String command) {
        List<String> line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        line.addAll(options);
        line.addAll(List.of("-jar", jar.toString(), command));
        try {
            int code = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException(line + " ended with " + code);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(line.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
