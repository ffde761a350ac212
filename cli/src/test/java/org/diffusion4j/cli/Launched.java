package org.diffusion4j.cli;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A command in a JVM of its own. */
final class Launched {

    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    private Launched() {}

    /** Its error output goes where its output goes. */
    static ProcessBuilder diffuse(Object... args) {
        return new ProcessBuilder(words(args).toList()).redirectErrorStream(true);
    }

    /** The words of a command line that runs it. */
    static Stream<String> words(Object... args) {
        return Stream.concat(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED", // as the manifest of the jar says
                        "-cp",
                        System.getProperty("java.class.path"),
                        Diffuse.class.getName())
                        .stream(),
                Arrays.stream(args).map(Object::toString));
    }

    /** Sends the signal of that name. */
    static void signal(Process process, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Skips the test where a process would not hear the signal. */
    static void assumeHeard(String signal) throws IOException {
        assumeFalse(
                isIgnoredHere(NUMBERS.get(signal)),
                "what started this ignores " + signal
                        + ", as a shell in the background does Ctrl-C, and nohup a hangup");
    }

    /** A process inherits from its parent that a signal is ignored, and Java leaves it so. */
    private static boolean isIgnoredHere(int number) throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.isReadable(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> (number - 1) & 1) != 0);
    }
}
