package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * A network that receives x_t, the time, and perhaps a condition such as a class. It owns its parameters; closing it frees them.
 *
 * <p>Threads: {@link #forward} may be called by many threads at once while nobody changes the parameters. {@link #close} waits for calls
 * under way; a call that comes later is refused with an {@link IllegalStateException}.
 */
public interface Network extends AutoCloseable {

    /**
     * The network's output, differentiable where gradients are enabled.
     *
     * @param x {@code [batch, …]}; images are {@code [batch, inChannels, height, width]}
     * @param timesteps {@code [batch]}, the process's {@code networkTime}, float or integer
     * @param condition what else it receives; {@link Condition#NONE} where it is unconditional
     * @return {@code [batch, …]}, made in the caller's scope and owned by the caller
     * @throws IllegalArgumentException if the condition lacks what the network needs, or has what it does not know
     */
    Tensor forward(Tensor x, Tensor timesteps, Condition condition);

    /**
     * Lets {@link #forward} drop values at random from now on, where the network has dropout; one that has none leaves this as it is.
     *
     * @param seed from which alone, with the place in the network and in the batch, it follows which: each call drops the same
     */
    default void train(long seed) {}

    /** Lets {@link #forward} drop nothing from now on, as it is at first. */
    default void eval() {}

    /** The parameters, borrowed: theirs is the network's life. */
    Parameters parameters();

    @Override
    default void close() {
        parameters().close();
    }
}
