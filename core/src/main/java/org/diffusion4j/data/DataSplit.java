package org.diffusion4j.data;

import java.util.Locale;

/** The part of a published data set that is meant. */
public enum DataSplit {
    TRAIN,
    TEST;

    /** As people type it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
