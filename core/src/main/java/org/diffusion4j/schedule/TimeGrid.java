package org.diffusion4j.schedule;

import java.util.Arrays;

/**
 * The times that a sampler visits: step i goes from {@code time(i)} down to {@code next(i)}.
 *
 * <p>In a plain grid {@code next(i) = time(i + 1)}. Some references jump elsewhere than where they go on (DDIM in diffusers takes
 * t − ⌊T/n⌋ whatever the spacing); they are grids of their own, so that samplers stay free of it. For a discrete process times are
 * timesteps 0 … T − 1, and −1 is the clean sample (alphaBar = 1).
 */
public final class TimeGrid {

    /** The time of the clean sample in a discrete process. */
    public static final double CLEAN = -1;

    private final double[] times;
    private final double[] nexts;

    private TimeGrid(double[] times, double[] nexts) {
        this.times = times;
        this.nexts = nexts;
    }

    public int steps() {
        return times.length;
    }

    public double time(int i) {
        return times[i];
    }

    public double next(int i) {
        return nexts[i];
    }

    @Override
    public String toString() {
        return Arrays.toString(times);
    }
}
