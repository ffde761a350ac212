package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;

/** A command that was run as {@code main} runs it: its exit code and what it printed. */
record Ran(int code, String out, String err) {

    static Ran diffuse(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] texts = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        int code = Diffuse.run(new PrintWriter(out), new PrintWriter(err), texts);
        return new Ran(code, out.toString(), err.toString());
    }

    /** The command by which {@code info} says that a picture is made again, with the copy as its output. */
    static Ran again(Path picture, Path copy) {
        String line = diffuse("info", picture)
                .out()
                .lines()
                .filter(found -> found.startsWith("again"))
                .findFirst()
                .orElseThrow();
        return diffuse(Arrays.stream(line.replaceFirst("again +diffuse ", "").split(" "))
                .map(word -> word.equals("again.png") ? copy : word)
                .toArray());
    }
}
