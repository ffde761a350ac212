package org.diffusion4j.train.optimizer;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Moves the weights by the gradient, both of them flat buffers. */
public interface Optimizer extends AutoCloseable {

    /**
     * Moves the weights.
     *
     * @param step the number of this step, from 1
     */
    void step(long step, double learningRate);

    /** What it remembers from step to step, by name: flat buffers of the weights' length, lent, in a fixed order. */
    Map<String, Tensor> buffers();

    @Override
    void close();
}
