package org.diffusion4j.process;

/**
 * A table's process with sigma/alpha itself linear between timesteps, as diffusers' Euler family finds the noise levels of timesteps
 * that are not whole.
 */
public record SigmaLinear(DiscreteProcess process) implements DiffusionProcess {

    @Override
    public double alpha(double t) {
        return 1 / Math.hypot(1, noiseToSignal(t));
    }

    @Override
    public double sigma(double t) {
        double ratio = noiseToSignal(t);
        return ratio / Math.hypot(1, ratio);
    }

    @Override
    public double noiseToSignal(double t) {
        double below = Math.floor(t);
        double low = process.noiseToSignal(below);
        return t == below ? low : low + (t - below) * (process.noiseToSignal(below + 1) - low);
    }

    @Override
    public double timeAt(double ratio) {
        double near = process.timeAt(ratio); // in the same cell of the table
        double below = Math.floor(near);
        double low = noiseToSignal(below);
        return near == below ? near : below + (ratio - low) / (noiseToSignal(below + 1) - low);
    }

    @Override
    public double networkTime(double t) {
        return process.networkTime(t);
    }
}
