package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.schedule.Lagrange;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Adams and Bashforth's linear multistep method along the probability-flow ODE in sigma/alpha: the slopes at the last few levels,
 * by the integral of their polynomial. The first steps have as many as there are, so that on a grid of even steps the start leaves
 * an error of order 2.
 *
 * <p>k-diffusion's {@code sample_lms}.
 *
 * @param order how many slopes, at least 1; 4 in use
 */
public record Lms(int order) implements Sampler {

    public Lms {
        require(order >= 1, "the order must be at least 1, was %s", order);
    }

    /** Of order 4. */
    public Lms() {
        this(4);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        SigmaSpace space = new SigmaSpace(model);
        try (History slopes = new History(order)) {
            return space.walk(grid, start, listener, (x, step) -> {
                Tensor x0 = space.x0(x, step.sigma());
                slopes.push(SigmaSpace.slope(x, x0, step.sigma()));
                double[] weights = Lagrange.weights(
                        behind(model.process(), grid, step, slopes.size()),
                        Lagrange.moments(slopes.size(), step.next() - step.sigma()));
                Tensor next = x;
                for (int k = 0; k < weights.length; k++) {
                    next = next.add(slopes.get(k), new Scalar(weights[k]));
                }
                return new Walk.Moved(next, x0);
            });
        }
    }

    /** The levels of the last slopes less that of this step, newest first. */
    private static double[] behind(DiffusionProcess p, TimeGrid grid, SigmaSpace.Step step, int count) {
        return IntStream.range(0, count)
                .mapToDouble(k -> p.noiseToSignal(grid.time(step.i() - k)) - step.sigma())
                .toArray();
    }
}
