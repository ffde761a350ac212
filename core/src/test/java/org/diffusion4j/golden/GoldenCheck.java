package org.diffusion4j.golden;

/** Replays one family of cases. A check says by {@link #covers} which cases it knows, by their kind, symbol or name. */
public interface GoldenCheck {

    boolean covers(GoldenCase golden);

    /** Runs the case and holds every expected value against {@code out}. Native memory of the call is freed by the caller's scope. */
    void check(GoldenCase golden, Comparison out) throws Exception;
}
