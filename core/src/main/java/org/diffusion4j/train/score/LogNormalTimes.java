package org.diffusion4j.train.score;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.diffusion4j.process.ContinuousProcess;

/**
 * Noise levels whose logarithm is normal: most training where noise is neither too little to matter nor too much to learn from.
 *
 * <p>Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), NeurIPS 2022, table 1. These weigh times
 * on purpose, so each draw counts 1.
 *
 * @param mean of log(sigma/alpha); −1.2 in EDM
 * @param deviation of it; 1.2 in EDM
 */
public record LogNormalTimes(ContinuousProcess process, double mean, double deviation) implements ContinuousTimes {

    private static final double WIDTH = 3; // in deviations: all but 3 draws in 1,000

    public LogNormalTimes {
        require(deviation > 0, "the deviation of log(sigma) must be above 0, was %s", deviation);
    }

    /** EDM's. */
    public LogNormalTimes(ContinuousProcess process) {
        this(process, -1.2, 1.2);
    }

    @Override
    public Drawn draw(SplittableRandom random, int count) {
        double[] times = new double[count];
        double[] weights = new double[count];
        Arrays.fill(weights, 1);
        for (int i = 0; i < count; i++) { // Box and Muller's transform
            double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
            times[i] = time(radius * StrictMath.cos(2 * Math.PI * random.nextDouble()));
        }
        return new Drawn(times, weights);
    }

    @Override
    public double timeAt(double share) {
        return time(WIDTH * (2 * share - 1));
    }

    private double time(double normal) {
        return process.timeAt(Math.exp(mean + deviation * normal));
    }
}
