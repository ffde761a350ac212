package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.IntStream;
import org.diffusion4j.schedule.DiscreteSchedule;

/**
 * DDPM's process in DPM-Solver's continuous time: timestep i of N lies at {@code t = (i + 1)/N}, and between two log(alpha) is
 * linear. Below the first the line through the first two goes on until the sample is clean, as it is at time 0. The network is given
 * {@code N·t − 1}, which is fractional.
 *
 * <p>Lu et al., "DPM-Solver", NeurIPS 2022, appendix D.2. In the authors' code, unlike here, the factor of the network's time stays
 * 1000 for any N.
 */
public final class LogAlphaProcess implements DiffusionProcess {

    private static final double MIN_LAMBDA = -5.1;

    private final double[] logAlpha; // of t = (i + 1)/N

    /**
     * The process of a table, whose last timesteps are cut off where {@code lambda < −5.1}: near pure noise, as at the end of the
     * cosine curve, lambda is known badly. The others are spread over (0, 1] again, as in the authors' code.
     */
    public LogAlphaProcess(DiscreteSchedule table) {
        this.logAlpha = IntStream.range(0, table.steps())
                .mapToDouble(table::alphaBar)
                .filter(alphaBar -> Math.log(alphaBar / (1 - alphaBar)) / 2 >= MIN_LAMBDA)
                .map(alphaBar -> Math.log(alphaBar) / 2)
                .toArray();
        require(logAlpha.length >= 2, "a process between timesteps needs at least 2 of them with lambda >= −5.1");
    }

    /** N, the timesteps that are left. */
    public int steps() {
        return logAlpha.length;
    }

    @Override
    public double alpha(double t) {
        return Math.exp(logAlpha(t));
    }

    @Override
    public double sigma(double t) {
        return Math.sqrt(-Math.expm1(2 * logAlpha(t)));
    }

    @Override
    public double networkTime(double t) {
        return Math.max(0, steps() * t - 1);
    }

    @Override
    public double timeAt(double ratio) {
        double sought = -Math.log1p(ratio * ratio) / 2;
        int above = 1;
        while (above < steps() - 1 && logAlpha[above] > sought) {
            above++;
        }
        double share = (sought - logAlpha[above - 1]) / (logAlpha[above] - logAlpha[above - 1]);
        return sought == 0 ? 0 : Math.min(1, (above + share) / steps());
    }

    private double logAlpha(double t) {
        if (t <= 0) {
            return 0;
        }
        double place = t * steps() - 1;
        int below = Math.max(0, Math.min((int) Math.floor(place), steps() - 2));
        double share = place - below;
        return Math.min(0, (1 - share) * logAlpha[below] + share * logAlpha[below + 1]);
    }
}
