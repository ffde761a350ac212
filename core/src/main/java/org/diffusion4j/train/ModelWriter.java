package org.diffusion4j.train;

import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/** Writes the model that is trained, with its averaged weights, as the folder of its kind. */
@FunctionalInterface
public interface ModelWriter {

    /**
     * Replaces what is in the folder, whole or not at all.
     *
     * @param average flat, in the order of the network's parameters, borrowed
     */
    void write(Path folder, Tensor average);
}
