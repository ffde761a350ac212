package org.diffusion4j.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;

/** The same U-Net in a Python process, {@code benchmarks/pytorch_unet.py}, which works when it is asked to. */
final class PyTorch implements AutoCloseable {

    private final Process process;
    private final PrintWriter orders;
    private final BufferedReader answers;
    private final String name;

    PyTorch(String python, String script) {
        try {
            process = new ProcessBuilder(python, script)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(python + " cannot be started", e);
        }
        orders = new PrintWriter(process.outputWriter(), true);
        answers = process.inputReader();
        name = answer();
    }

    /** Its version, and how large the network is there. */
    String name() {
        return name;
    }

    /** One step; a line as {@code pytorch_unet.py} takes it. */
    void run(String work) {
        orders.println(work);
        answer();
    }

    /** Whether it can do that; does it once. */
    boolean can(String work) {
        orders.println(work);
        return !answer().startsWith("none");
    }

    private String answer() {
        try {
            String line = answers.readLine();
            if (line == null) {
                throw new IllegalStateException("the Python process ended");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
