package org.diffusion4j.series;

/** What numbers are divided by before the network sees them. */
public enum Scaling {

    /** The mean size over the context, window by window (TimeGrad). */
    CONTEXT("context"),

    /** The mean size over all that was trained on. */
    TRAINING("training"),

    /** Nothing. */
    NONE("none");

    private final String text;

    Scaling(String text) {
        this.text = text;
    }

    /** The name in recipes. */
    @Override
    public String toString() {
        return text;
    }
}
