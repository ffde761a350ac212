package org.diffusion4j.data;

/** The part of a published data set that is meant. */
public enum Part {
    TRAIN,
    TEST
}
