package org.diffusion4j.train;

/**
 * What a training learns from: an endless sequence of batches, each a function of its number alone, so that a resumed training sees what
 * it would have seen. Pictures, latents, windows of series and sentences come to the {@link Trainer} through this.
 *
 * <p>Threads: {@link #batch} is called by a background thread, a few batches ahead.
 */
public interface Examples {

    /**
     * Batch {@code k}, owned by the caller.
     *
     * @param k from 0
     */
    Batch batch(long k);

    /** How many samples are in a batch. */
    int batchSize();

    /** How many examples there are. */
    long size();

    /** SHA-256 of what the examples are made of; a checkpoint goes on with the same only. */
    String fingerprint();
}
