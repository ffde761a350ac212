package org.diffusion4j.process;

/**
 * Another process in the coordinates x/alpha and sigma/alpha: the same times, the same network, but a clean sample that keeps its
 * size. The state of diffusers' Euler family and of k-diffusion's wrappers.
 */
public record ExplodingView(DiffusionProcess process) implements ProcessView {

    @Override
    public double alpha(double t) {
        return 1;
    }

    @Override
    public double sigma(double t) {
        return process.noiseToSignal(t);
    }
}
