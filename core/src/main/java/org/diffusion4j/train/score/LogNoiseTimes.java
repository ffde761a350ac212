package org.diffusion4j.train.score;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.diffusion4j.process.ContinuousProcess;

/**
 * Uniform in log(sigma/alpha), each counting what makes the mean that over uniform times. This is the importance sampling of {@link
 * ErrorWeight#LIKELIHOOD} for every process: its weight, {@code diffusion²/sigma²}, is twice the derivative of log(sigma/alpha), so that
 * all draws of eps's error count the same.
 *
 * <p>Song, Durkan, Murray, Ermon, "Maximum Likelihood Training of Score-Based Diffusion Models", NeurIPS 2021, section 5.1, there by
 * the integral of the weight.
 */
public record LogNoiseTimes(ContinuousProcess process) implements ContinuousTimes {

    public LogNoiseTimes {
        require(
                Double.isFinite(process.noiseToSignal(process.lastTime())),
                "importance sampling by log(sigma/alpha) needs signal at the last time, which a flow lacks: draw uniform times");
    }

    @Override
    public Drawn draw(SplittableRandom random, int count) {
        double[] times = random.doubles(count).map(this::timeAt).toArray();
        return new Drawn(times, Arrays.stream(times).map(this::weight).toArray());
    }

    @Override
    public double timeAt(double share) {
        return process.timeAt(Math.exp(low() + share * (high() - low())));
    }

    /** 1/(T·p), where p is the density of t: the derivative of log(sigma/alpha) over its range. */
    private double weight(double t) {
        double rate = process.sigmaRate(t) / process.sigma(t) - process.drift(t);
        return (high() - low()) / (rate * (process.lastTime() - process.firstTime()));
    }

    private double low() {
        return Math.log(process.noiseToSignal(process.firstTime()));
    }

    private double high() {
        return Math.log(process.noiseToSignal(process.lastTime()));
    }
}
