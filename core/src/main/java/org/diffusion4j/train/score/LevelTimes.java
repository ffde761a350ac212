package org.diffusion4j.train.score;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.diffusion4j.process.continuous.GeometricLevels;
import org.diffusion4j.train.Loss;

/** Every level of a chain alike (NCSN, equation 6). */
public record LevelTimes(GeometricLevels process) implements ContinuousTimes {

    @Override
    public Drawn draw(SplittableRandom random, int count) {
        double[] weights = new double[count];
        Arrays.fill(weights, 1);
        return new Drawn(
                random.ints(count, 0, process.levels()).asDoubleStream().toArray(), weights);
    }

    @Override
    public double timeAt(double share) {
        return Loss.timestepAt(share, process.levels());
    }
}
