package org.diffusion4j.sample.sigma;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * A model of any process as EDM and k-diffusion see one: a function D(x; sigma) that finds the clean sample, where x stands for
 * x_t/alpha and sigma for sigma_t/alpha. There the probability-flow ODE is {@code dx/dsigma = (x − D(x; sigma))/sigma} (EDM, equation
 * 3), so that a solver written once serves all processes.
 */
record SigmaSpace(Denoiser model) {

    /** One step of a sampler in these coordinates. */
    @FunctionalInterface
    interface Move {

        /** From x at {@code step.sigma()} to {@code step.next()}; x is borrowed. */
        SamplingLoop.Moved from(Tensor x, Step step);
    }

    /**
     * Where a step begins and where it goes.
     *
     * @param i its number, from 0
     * @param next 0 where the step goes to the clean sample
     */
    record Step(int i, double sigma, double next) {

        /** x with the noise of this step, which is drawn only where it counts. */
        Tensor noised(Tensor x, double std, NoiseStream noise) {
            return std == 0 ? x : x.add(noise.draw(1 + i, x), new Scalar(std));
        }
    }

    /** {@link SamplingLoop#along} in these coordinates; start, listener and result have those of the process. */
    Tensor walk(TimeGrid grid, Tensor start, SampleListener listener, Move move) {
        DiffusionProcess p = model.process();
        require(
                p.alpha(grid.time(0)) > 0,
                "this sampler divides by alpha, which is 0 at the grid's begin (zero terminal SNR): begin below, or take ddim, or ode in continuous time");
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            double t = grid.time(i);
            double s = grid.next(i);
            Tensor x = xt.div(new Scalar(p.alpha(t)));
            SamplingLoop.Moved moved = move.from(x, new Step(i, p.noiseToSignal(t), p.noiseToSignal(s)));
            return new SamplingLoop.Moved(moved.x().mul(new Scalar(p.alpha(s))), moved.x0());
        });
    }

    /** D(x; sigma). */
    Tensor x0(Tensor x, double sigma) {
        return new Exploded(model).at(x, model.process().timeAt(sigma)).x0();
    }

    /** The noise level nearest to sigma that the process has. */
    double within(double sigma) {
        return model.process().noiseToSignal(model.process().timeAt(sigma));
    }

    /** x at {@code next} if its clean sample stays x0: a straight line, which is both Euler's step and the exponential one. */
    static Tensor line(Tensor x, Tensor x0, double sigma, double next) {
        return x.add(slope(x, x0, sigma), new Scalar(next - sigma));
    }

    /** dx/dsigma at x, whose clean sample is x0. */
    static Tensor slope(Tensor x, Tensor x0, double sigma) {
        return x.sub(x0).div(new Scalar(sigma));
    }
}
