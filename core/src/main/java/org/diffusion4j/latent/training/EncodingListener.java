package org.diffusion4j.latent.training;

/** Sees how far the encoding of pictures is, before a training begins; what it throws ends it, and nothing is kept. */
@FunctionalInterface
public interface EncodingListener {

    /** So many of all pictures are encoded. */
    void at(int done, int total);
}
