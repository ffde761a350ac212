package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.diffusion4j.cli.console.Errors;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.console.StopSignal;
import org.diffusion4j.cli.picture.AutoencoderCommand;
import org.diffusion4j.cli.picture.ClipCommand;
import org.diffusion4j.cli.picture.CompressCommand;
import org.diffusion4j.cli.picture.EditCommand;
import org.diffusion4j.cli.picture.InpaintCommand;
import org.diffusion4j.cli.picture.InterpolateCommand;
import org.diffusion4j.cli.picture.ProgressiveCommand;
import org.diffusion4j.cli.picture.QuickstartCommand;
import org.diffusion4j.cli.picture.ReconstructCommand;
import org.diffusion4j.cli.picture.SampleCommand;
import org.diffusion4j.cli.train.TrainCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The root of the command line. */
@Command(
        name = "diffuse",
        description = "Trains diffusion models, draws and edits with them, and measures them.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} quickstart"},
        versionProvider = Program.class,
        subcommands = {
            QuickstartCommand.class,
            TrainCommand.class,
            SampleCommand.class,
            SamplersCommand.class,
            ReconstructCommand.class,
            InterpolateCommand.class,
            InpaintCommand.class,
            EditCommand.class,
            ProgressiveCommand.class,
            CompressCommand.class,
            EvaluateCommand.class,
            StudyCommand.class,
            CompareCommand.class,
            WriteCommand.class,
            ForecastCommand.class,
            BacktestCommand.class,
            ClassifierCommand.class,
            AutoencoderCommand.class,
            ClipCommand.class,
            InfoCommand.class,
            DoctorCommand.class,
            CompletionCommand.class
        })
public final class Diffuse implements Runnable {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show the stack of an error.")
    private boolean debug;

    private Diffuse() {}

    /** Runs one command and ends the process with its code. */
    public static void main(String[] args) {
        StopSignal.endAtOnce();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /**
     * Runs one command, and writes out what it printed.
     *
     * @return 0 where it went well, 1 after a failure, 2 after wrong usage, 129 after SIGHUP, 130 after Ctrl-C, 143 after SIGTERM
     */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        int code = commandLine(out, err).execute(args);
        boolean lost = out.checkError(); // which flushes; a writer keeps its errors to itself
        if (!lost || code != ExitCode.OK) {
            return code;
        }
        err.println("diffuse: not all of the output could be written; is the disk full, or the pipe closed?");
        err.flush();
        return ExitCode.SOFTWARE;
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        Diffuse root = new Diffuse();
        return new CommandLine(root)
                .setCommandName(Program.CALLED)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Long.TYPE, Diffuse::seed)
                .setParameterExceptionHandler((wrong, arguments) -> Errors.usage(wrong, err, root.debug))
                .setExecutionExceptionHandler((failure, command, parsed) -> Errors.failure(failure, err, root.debug));
    }

    /** All numbers of this type on the command line are seeds: any 64 bits, written with or without a sign. */
    private static Long seed(String text) {
        try {
            return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a seed, a whole number of at most 64 bits");
        }
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "which command? " + String.join(", ", spec.subcommands().keySet()));
    }
}
