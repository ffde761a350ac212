package org.diffusion4j.process;

/**
 * Around a quarter of a circle: {@code alpha = cos(πt/2), sigma = sin(πt/2)} on [0, 1], variance-preserving. The network is given t.
 *
 * <p>Salimans, Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", ICLR 2022, section 2.
 */
public record CosineProcess() implements SmoothProcess {

    private static final double QUARTER = Math.PI / 2;

    @Override
    public double alpha(double t) {
        return Math.sin(QUARTER * (1 - t)); // exactly 0 at t = 1
    }

    @Override
    public double sigma(double t) {
        return Math.sin(QUARTER * t);
    }

    @Override
    public double networkTime(double t) {
        return t;
    }

    @Override
    public double timeAt(double ratio) {
        return Math.atan(ratio) / QUARTER;
    }

    @Override
    public double alphaRate(double t) {
        return -QUARTER * sigma(t);
    }

    @Override
    public double sigmaRate(double t) {
        return QUARTER * alpha(t);
    }
}
