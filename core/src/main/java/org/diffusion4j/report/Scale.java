package org.diffusion4j.report;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Where values lie along an axis that begins and ends at a tick.
 *
 * @param log whether equal ratios have equal distances
 */
record Scale(boolean log, double[] ticks) {

    private static final int TICKS = 6;
    private static final double MOST_DECADES = 3; // with ticks between them

    /** A scale on which all values have a place. */
    static Scale over(boolean log, DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        double low = sorted[0];
        double high = sorted[sorted.length - 1];
        return new Scale(log, log ? ratios(low, high) : steps(low, high));
    }

    private static double[] steps(double low, double high) {
        double step = oneTwoFive((high > low ? high - low : Math.max(1, Math.abs(low))) / TICKS);
        double first = step * Math.floor(low / step);
        double last = step * Math.max(Math.ceil(high / step), low / step + 1);
        return DoubleStream.iterate(first, tick -> tick <= last + step / 2, tick -> tick + step)
                .map(tick -> Math.abs(tick) < step / 1e6 ? 0 : tick)
                .toArray();
    }

    /** The least of 1, 2, 5, 10, 20 … that is not below. */
    private static double oneTwoFive(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        double lead = least / power;
        return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
    }

    private static double[] ratios(double low, double high) {
        double[] leads = Math.log10(high / low) > MOST_DECADES ? new double[] {1} : new double[] {1, 2, 5};
        double[] all = DoubleStream.iterate(Math.floor(Math.log10(low)), exponent -> exponent + 1)
                .limit((long) Math.ceil(Math.log10(high / low)) + 2)
                .flatMap(exponent -> DoubleStream.of(leads)
                        .map(lead -> exponent < 0 ? lead / Math.pow(10, -exponent) : lead * Math.pow(10, exponent)))
                .toArray();
        int first = 0;
        while (first + 2 < all.length && all[first + 1] <= low) {
            first++;
        }
        int last = first + 1;
        while (all[last] < high) {
            last++;
        }
        return Arrays.copyOfRange(all, first, last + 1);
    }

    /** How far along the axis, from 0 to 1. */
    double share(double value) {
        double low = on(ticks[0]);
        return (on(value) - low) / (on(ticks[ticks.length - 1]) - low);
    }

    private double on(double value) {
        return log ? Math.log10(value) : value;
    }
}
