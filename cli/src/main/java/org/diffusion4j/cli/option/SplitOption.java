package org.diffusion4j.cli.option;

import org.diffusion4j.data.DataSplit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which part of a data set is measured. */
public final class SplitOption {

    @Option(
            names = "--split",
            description =
                    "The part of the data set: test or train (default: test; all of a folder or zip without parts).")
    private @Nullable DataSplit part;

    /** What was said, or what is usual for these data. */
    public DataSplit part(DataOptions data) {
        return part == null ? data.measuredPart() : part;
    }
}
