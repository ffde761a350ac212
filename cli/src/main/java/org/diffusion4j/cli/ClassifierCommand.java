package org.diffusion4j.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The classifiers whose features and classes pictures are measured by. */
@Command(
        name = "classifier",
        description = "Trains a classifier of small pictures, or shows how well one knows its classes.",
        subcommands = {ClassifierTrainCommand.class, ClassifierTestCommand.class},
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} classifier test --data mnist"})
final class ClassifierCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "what with it? " + String.join(" or ", spec.subcommands().keySet()));
    }
}
