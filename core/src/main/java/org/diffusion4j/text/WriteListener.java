package org.diffusion4j.text;

/** Sees how far the writing is; what it throws ends it. */
@FunctionalInterface
public interface WriteListener {

    /** So many of all steps of all texts are done. */
    void at(long done, long of);
}
