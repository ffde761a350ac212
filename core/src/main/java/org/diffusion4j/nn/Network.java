package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A network that is given x_t, the time and perhaps labels. It owns its parameters; closing it frees them.
 *
 * <p>Threads: {@link #forward} may be called by many threads at once while nobody changes the parameters. {@link #close} waits for calls
 * under way; a call that comes later is refused with an {@link IllegalStateException}.
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
     * Lets {@link #forward} drop values at random from now on, where the network has dropout.
     *
     * @param seed from which alone, with the place in the network and in the batch, it follows which: each call drops the same
     */
    void train(long seed);

    /** Lets {@link #forward} drop nothing from now on, as it is at first. */
    void eval();

    /** The parameters, lent: theirs is the network's life. */
    Parameters parameters();

    @Override
    void close();
}
