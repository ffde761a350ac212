package org.diffusion4j.train.optimizer;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Moves the weights by the gradient, both of them flat buffers {@code [count]} that it borrows. A {@linkplain org.diffusion4j.train.Recipe#optimizer recipe}
 * says which a training has.
 *
 * <p>Threads: used by one at a time.
 */
public interface Optimizer extends AutoCloseable {

    /**
     * Moves the weights.
     *
     * @param step the number of this step, from 1
     */
    void step(long step, double learningRate);

    /**
     * What it remembers from step to step, by name: flat buffers of the weights' length and dtype, borrowed, in a fixed order. A checkpoint
     * has them all, in files of these names, and one that goes on writes into them; the names {@code ema}, {@code weights} and {@code
     * times}, and those that begin with {@code opponent.}, are taken.
     */
    Map<String, Tensor> buffers();

    @Override
    void close();
}
