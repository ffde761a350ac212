package org.diffusion4j.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A command in a JVM of its own. */
final class Launched {

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
                        "-cp",
                        System.getProperty("java.class.path"),
                        Diffuse.class.getName())
                        .stream(),
                Arrays.stream(args).map(Object::toString));
    }
}
