package org.diffusion4j.train.score;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.diffusion4j.process.ContinuousProcess;

/** Uniform between the ends of a process (Song et al., ICLR 2021, equation 7; flow matching). */
public record UniformTimes(ContinuousProcess process) implements ContinuousTimes {

    @Override
    public Drawn draw(SplittableRandom random, int count) {
        double[] weights = new double[count];
        Arrays.fill(weights, 1);
        return new Drawn(random.doubles(count).map(this::timeAt).toArray(), weights);
    }

    @Override
    public double timeAt(double share) {
        return process.firstTime() + share * (process.lastTime() - process.firstTime());
    }
}
