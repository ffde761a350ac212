package org.diffusion4j.cli.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.Objects;
import java.util.Optional;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user sees of an error: one line that says where, what and what to do, and with {@code --debug} the stack. */
public final class Errors {

    private Errors() {}

    /** The command was not understood. */
    public static int usage(ParameterException wrong, PrintWriter err, boolean debug) {
        if (wrong.getCause() instanceof DiffusionException failure) { // understood, as it turned out
            return failure(failure, err, debug);
        }
        String command = wrong.getCommandLine().getCommandSpec().qualifiedName();
        print(
                command,
                (wrong.getCause() instanceof InvalidPathException name ? message(name) : misunderstood(wrong))
                        + "; see " + command + " --help",
                wrong,
                err,
                debug);
        return ExitCode.USAGE;
    }

    private static String misunderstood(ParameterException wrong) {
        if (!(wrong instanceof UnmatchedArgumentException unmatched)) {
            return oneLine(String.valueOf(wrong.getMessage()));
        }
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        Optional<String> option = unmatched.getUnmatched().stream()
                .filter(word -> word.startsWith("--"))
                .findFirst();
        String word = option.orElse(unmatched.getUnmatched().get(0));
        boolean meantAsCommand = option.isEmpty() && !command.subcommands().isEmpty();
        return (meantAsCommand ? "there is no command '" + word + "'" : oneLine(String.valueOf(wrong.getMessage())))
                + DidYouMean.nearest(
                                word.replaceFirst("=.*", ""),
                                option.isPresent()
                                        ? command.optionsMap().keySet()
                                        : command.subcommands().keySet())
                        .map(near -> "; did you mean " + near + "?")
                        .orElse("");
    }

    /** The command was understood and could not be carried out. */
    public static int failure(Exception failure, PrintWriter err, boolean debug) {
        print("diffuse", message(failure), failure, err, debug);
        if (failure instanceof Stopped stopped) {
            return stopped.code();
        }
        return failure instanceof IllegalArgumentException ? ExitCode.USAGE : ExitCode.SOFTWARE;
    }

    private static String message(Throwable failure) {
        if (failure instanceof InvalidPathException name) {
            return name.getInput() + ": cannot be the name of a file here (" + name.getReason()
                    + "); in a plain C locale set LC_ALL=C.UTF-8";
        }
        if (failure instanceof UncheckedIOException io) {
            return message(Objects.requireNonNull(io.getCause())); // it never comes without
        }
        String said = failure.getMessage() == null ? "" : oneLine(failure.getMessage());
        if (failure instanceof IOException io) {
            String file = io instanceof FileSystemException at ? at.getFile() + ": " : "";
            return file + FileTrouble.reason(io);
        }
        return failure instanceof DiffusionException
                        || failure instanceof IllegalArgumentException
                        || failure instanceof Stopped
                ? said
                : "unexpected " + failure.getClass().getSimpleName() + ": " + said + "; add --debug to see where";
    }

    private static void print(String who, String message, Throwable error, PrintWriter err, boolean debug) {
        err.println(who + ": " + message);
        if (debug) {
            error.printStackTrace(err);
        }
        err.flush();
    }

    /** The first line: what follows in messages of libtorch are its build paths. */
    private static String oneLine(String message) {
        return message.lines().findFirst().orElse("").strip();
    }
}
