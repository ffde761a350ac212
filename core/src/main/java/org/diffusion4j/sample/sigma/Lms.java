package org.diffusion4j.sample.sigma;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.History;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.sample.lambda.LambdaPolynomial;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Adams and Bashforth's linear multistep method along the probability-flow ODE in sigma/alpha: the integral of the polynomial through
 * the slopes at the last few levels. The first steps have as many as there are, so that on a grid of even steps the start leaves an
 * error of order 2.
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
        DiffusionProcess p = model.process();
        SigmaSpace space = new SigmaSpace(model);
        try (History slopes = new History(order)) {
            return space.walk(grid, start, listener, (x, step) -> {
                Tensor x0 = space.x0(x, step.sigma());
                slopes.push(SigmaSpace.slope(x, x0, step.sigma()));
                LambdaPolynomial through = new LambdaPolynomial();
                for (int k = 0; k < slopes.size(); k++) {
                    through.through(p.noiseToSignal(grid.time(step.i() - k)) - step.sigma(), slopes.get(k));
                }
                double[] moments = new double[slopes.size()];
                Arrays.setAll(moments, k -> Math.pow(step.next() - step.sigma(), k + 1) / (k + 1));
                return new SamplingLoop.Moved(through.integral(moments).add(x), x0);
            });
        }
    }
}
