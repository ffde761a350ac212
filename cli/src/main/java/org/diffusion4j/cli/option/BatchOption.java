package org.diffusion4j.cli.option;

import picocli.CommandLine.Option;

/** The option that says how much is computed at once. */
public final class BatchOption {

    @Option(
            names = "--batch-size",
            defaultValue = "64",
            description =
                    "How many go through the network at once; less takes less memory (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    public int size() {
        return batchSize;
    }
}
