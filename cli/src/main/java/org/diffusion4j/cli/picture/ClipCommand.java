package org.diffusion4j.cli.picture;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Pictures and texts compared by CLIP. */
@Command(
        name = "clip",
        description = "Says by CLIP how well pictures fit a text, or finds those that fit it best.",
        subcommands = {ClipScoreCommand.class, ClipSearchCommand.class},
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} clip search pictures --text heart --clip clip-vit-base-patch32"
        })
public final class ClipCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "what with it? " + String.join(" or ", spec.subcommands().keySet()));
    }
}
