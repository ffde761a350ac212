package org.diffusion4j.train;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Condition;

/** Some examples, made ready by one thread and used by another. Closing frees what it holds. */
public interface Batch extends AutoCloseable {

    /** Its number in the sequence of batches, from 0. */
    long index();

    /** The clean samples, float32 {@code [batch, …]}, made in the caller's scope. */
    Tensor x0();

    /** What the network receives beside each of them; its tensors live until the batch is closed or the caller's scope ends. */
    default Condition condition() {
        return Condition.NONE;
    }

    /**
     * What the network receives instead where the condition is dropped, so that it learns to do without and can be guided later. Asked
     * for only if there is a condition.
     *
     * @throws IllegalArgumentException if these examples have no such thing
     */
    default Condition unconditional() {
        throw new IllegalArgumentException(
                "these examples do not say what the network receives without a condition; set train.conditionDropout=0");
    }

    @Override
    void close();
}
