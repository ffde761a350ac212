package org.diffusion4j.cli.picture;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The autoencoders of latent diffusion. */
@Command(
        name = "autoencoder",
        description =
                "Shows what an autoencoder keeps of pictures; 'train' makes one from recipes/autoencoder-emoji.json.",
        subcommands = AutoencoderReconstructCommand.class,
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} autoencoder reconstruct runs/autoencoder-emoji/model --data emoji --out again.png"
        })
public final class AutoencoderCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "what with it? " + String.join(" or ", spec.subcommands().keySet()));
    }
}
