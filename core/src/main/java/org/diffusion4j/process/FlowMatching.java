package org.diffusion4j.process;

/**
 * The straight line from the clean sample to noise: {@code alpha = 1 − t, sigma = t} on [0, 1]. The network is given {@code scale·t}.
 *
 * <p>Lipman et al., "Flow Matching for Generative Modeling", ICLR 2023; Liu et al., "Flow Straight and Fast" (rectified flow), ICLR
 * 2023. One Euler step of the flow is one of DDIM without noise.
 *
 * @param scale of the time that the network is given: 1, or 1000 in diffusers
 */
public record FlowMatching(double scale) implements ContinuousProcess {

    @Override
    public double alpha(double t) {
        return 1 - t;
    }

    @Override
    public double sigma(double t) {
        return t;
    }

    @Override
    public double networkTime(double t) {
        return scale * t;
    }

    @Override
    public double timeAt(double ratio) {
        return Double.isInfinite(ratio) ? 1 : ratio / (1 + ratio);
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
    public double alphaRate(double t) {
        return -1;
    }

    @Override
    public double sigmaRate(double t) {
        return 1;
    }
}
