package org.diffusion4j.process;

import java.util.stream.IntStream;

/** How a stretch of continuous time is divided, as in the code of DPM-Solver. */
public enum ContinuousSpacing {

    /** Equal differences of t: for images of high resolution. */
    UNIFORM {
        @Override
        double time(DiffusionProcess p, double from, double to, double share) {
            return from + share * (to - from);
        }
    },

    /** Equal differences of √t. */
    QUADRATIC {
        @Override
        double time(DiffusionProcess p, double from, double to, double share) {
            return Math.pow(UNIFORM.time(p, Math.sqrt(from), Math.sqrt(to), share), 2);
        }
    },

    /** Equal differences of lambda = log(alpha/sigma): for images of low resolution. */
    LOG_SNR {
        @Override
        double time(DiffusionProcess p, double from, double to, double share) {
            double first = Math.log(p.noiseToSignal(from));
            double last = Math.log(p.noiseToSignal(to));
            return p.timeAt(Math.exp(UNIFORM.time(p, first, last, share)));
        }
    };

    abstract double time(DiffusionProcess p, double from, double to, double share);

    /** The {@code steps + 1} times from {@code from} to {@code to}, both among them. */
    public double[] times(DiffusionProcess p, double from, double to, int steps) {
        return IntStream.rangeClosed(0, steps)
                .mapToDouble(i -> i == steps ? to : time(p, from, to, i / (double) steps))
                .toArray();
    }
}
