package org.diffusion4j.benchmarks;

import java.util.Arrays;

/** Times work in turn, round by round, so that a machine that is slow for a while is slow for all; medians are compared. */
final class Interleaved {

    private Interleaved() {}

    /**
     * The median seconds of each piece of work.
     *
     * @param rounds counted ones, after one that is not
     */
    static double[] medians(int rounds, Runnable... work) {
        double[][] seconds = new double[work.length][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < work.length; i++) {
                long begun = System.nanoTime();
                work[i].run();
                if (round >= 0) {
                    seconds[i][round] = (System.nanoTime() - begun) / 1e9;
                }
            }
        }
        return Arrays.stream(seconds).mapToDouble(Interleaved::median).toArray();
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
