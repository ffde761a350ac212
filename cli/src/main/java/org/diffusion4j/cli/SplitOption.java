package org.diffusion4j.cli;

import org.diffusion4j.data.DataSplit;
import picocli.CommandLine.Option;

/** The option that says which part of a data set is measured. */
final class SplitOption {

    @Option(
            names = "--split",
            defaultValue = "test",
            description = "The part of the data set: test or train (default: ${DEFAULT-VALUE}).")
    private DataSplit part;

    DataSplit part() {
        return part;
    }
}
