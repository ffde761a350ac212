package org.diffusion4j.cli.train;

import java.io.PrintWriter;
import java.util.List;
import org.diffusion4j.cli.option.DataOptions;

/**
 * What the user asked of a training, whatever its kind.
 *
 * @param data where the data lie and how they are read
 * @param changes of the recipe
 * @param force whether a run that is there is replaced
 * @param out for the result
 * @param err for what is said on the way
 */
record TrainRequest(DataOptions data, List<String> changes, boolean force, PrintWriter out, PrintWriter err) {}
