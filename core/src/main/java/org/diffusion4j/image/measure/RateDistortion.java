package org.diffusion4j.image.measure;

import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.image.measure.BitsPerDim.AtTime;

/**
 * The model as a progressive lossy code: x_T is sent first, then x_t for every t down to the image, each with the bits that its part of
 * the variational bound says, and whoever has received x_t sees the model's x0.
 *
 * <p>Ho, Jain, Abbeel, "Denoising Diffusion Probabilistic Models", NeurIPS 2020, section 4.3, algorithms 3 and 4, figure 5.
 *
 * @param points from nothing sent to all but the last term, L_0, which would make the code lossless
 */
public record RateDistortion(List<Point> points) {

    private static final double HALF_SCALE = 127.5; // x0 is in [−1, 1], the distortion on [0, 255]

    /**
     * What is known when x_t has been received.
     *
     * @param t the timestep
     * @param rate bits per dimension so far
     * @param distortion the root mean squared error of x0 on [0, 255]
     */
    public record Point(int t, double rate, double distortion) {}

    public RateDistortion {
        points = List.copyOf(points);
    }

    /** The code that a measured bound promises. */
    public static RateDistortion of(BitsPerDim measured) {
        List<Point> points = new ArrayList<>();
        double rate = measured.prior();
        for (AtTime step : measured.times()) {
            points.add(new Point(step.t(), rate, HALF_SCALE * Math.sqrt(step.x0Error())));
            rate += step.bits(); // of x at the next time
        }
        return new RateDistortion(points);
    }
}
