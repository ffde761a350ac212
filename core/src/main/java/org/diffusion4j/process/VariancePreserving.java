package org.diffusion4j.process;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;

/**
 * The variance-preserving SDE with {@code beta(t) = betaMin + betaRange·t} on [0, 1]: DDPM's linear betas in continuous time. The
 * network is given t.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, equation 33; 0.1 and 19.9
 * in use.
 */
public record VariancePreserving(double betaMin, double betaRange) implements ContinuousProcess {

    public VariancePreserving {
        require(betaMin >= 0 && betaRange > 0, "betas need min >= 0 and range > 0, were %s and %s", betaMin, betaRange);
    }

    /** With beta from 0.1 to 20. */
    public VariancePreserving() {
        this(0.1, 19.9);
    }

    @Override
    public double alpha(double t) {
        return Math.exp(-integral(t) / 2);
    }

    @Override
    public double sigma(double t) {
        return Math.sqrt(-Math.expm1(-integral(t)));
    }

    @Override
    public double noiseToSignal(double t) {
        return Math.sqrt(Math.expm1(integral(t)));
    }

    @Override
    public double networkTime(double t) {
        return t;
    }

    @Override
    public double timeAt(double ratio) {
        return (Math.sqrt(betaMin * betaMin + 2 * betaRange * Math.log1p(ratio * ratio)) - betaMin) / betaRange;
    }

    @Override
    public double firstTime() {
        return 1e-5;
    }

    @Override
    public double lastTime() {
        return 1;
    }

    @Override
    public double priorDeviation() {
        return 1;
    }

    /**
     * The chain of {@code steps} timesteps whose limit this process is: betas from {@code betaMin/steps} to {@code (betaMin +
     * betaRange)/steps}, evenly spaced.
     *
     * @throws IllegalArgumentException if a beta would not lie below 1
     */
    public DiscreteProcess chain(int steps) {
        return new DiscreteProcess(
                new BetaSchedule(BetaCurve.LINEAR, betaMin / steps, (betaMin + betaRange) / steps, steps).table());
    }

    @Override
    public double alphaRate(double t) {
        return -beta(t) / 2 * alpha(t);
    }

    @Override
    public double sigmaRate(double t) {
        return beta(t) / 2 * Math.exp(-integral(t)) / sigma(t);
    }

    private double beta(double t) {
        return betaMin + betaRange * t;
    }

    /** Of beta from 0 to t. */
    private double integral(double t) {
        return t * (betaMin + betaRange * t / 2);
    }
}
