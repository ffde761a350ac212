package org.diffusion4j.cli;

import picocli.CommandLine.Option;

/** The option that says how much is computed at once. */
final class BatchOption {

    @Option(
            names = "--batch-size",
            defaultValue = "64",
            description =
                    "How many go through the network at once; less takes less memory (default: ${DEFAULT-VALUE}).")
    private int batchSize;

    int size() {
        return batchSize;
    }
}
