package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A network that is given x_t, the time and perhaps labels. It owns its parameters; closing it frees them.
 *
 * <p>Threads: {@link #forward} may be called by many threads at once while nobody changes the parameters.
 */
public interface Network extends AutoCloseable {

    /**
     * The network's output, differentiable where gradients are enabled.
     *
     * @param x {@code [batch, inChannels, height, width]}
     * @param timesteps {@code [batch]}, the process's {@code networkTime}, float or integer
     * @param labels int64 {@code [batch]} of class indices where the network is conditional, else null
     * @return {@code [batch, outChannels, height, width]}, made in the caller's scope and owned by the caller
     */
    Tensor forward(Tensor x, Tensor timesteps, @Nullable Tensor labels);

    /**
     * Whether {@link #forward} drops values at random, where the network has dropout; off at first. The draws come from libtorch's
     * default generator.
     */
    void training(boolean training);

    /** The parameters, lent: theirs is the network's life. */
    Parameters parameters();

    @Override
    void close();
}
