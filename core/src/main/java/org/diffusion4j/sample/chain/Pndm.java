package org.diffusion4j.sample.chain;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.History;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Pseudo numerical methods: a classical method finds the mean of the noise over a step, DDIM's transfer takes it.
 *
 * <p>Liu, Ren, Lin, Zhao, "Pseudo Numerical Methods for Diffusion Models on Manifolds", ICLR 2022: transfer by equation 11, linear
 * multistep by equation 12 (Adams and Bashforth, four values; equal steps are assumed). The first steps, where there are too few
 * values, are {@link Begin}'s. The last step never asks the model at its end, where the sample is clean.
 *
 * @param begin how it begins
 * @param averaged what the mean is taken of: eps in the paper; diffusers takes the network's own output
 */
public record Pndm(Begin begin, Prediction averaged) implements Sampler {

    private static final double[][] ADAMS_BASHFORTH = {
        {1}, {3 / 2.0, -1 / 2.0}, {23 / 12.0, -16 / 12.0, 5 / 12.0}, {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0}
    };

    /** What the first steps are. */
    public enum Begin {

        /** One step of the improved Euler method, two calls, then multistep of growing order: PLMS of latent diffusion. */
        IMPROVED_EULER(1),

        /** Three steps of pseudo Runge-Kutta, four calls each (equation 13, F-PNDM). */
        RUNGE_KUTTA(3),

        /**
         * Multistep of growing order from the first step on, one call each: iPNDM (Zhang, Chen, "Fast Sampling of Diffusion Models
         * with Exponential Integrator", ICLR 2023).
         */
        LOWER_ORDER(0);

        private final int steps;

        Begin(int steps) {
            this.steps = steps;
        }
    }

    /** PLMS: with the improved Euler method, of eps. */
    public Pndm() {
        this(Begin.IMPROVED_EULER, Prediction.EPS);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        try (History said = new History(ADAMS_BASHFORTH.length)) {
            return SamplingLoop.along(grid, start, listener, (x, i) -> {
                Step step = new Step(model, averaged, x, grid.time(i), grid.next(i));
                Denoised at = model.at(x, step.t());
                said.push(step.said(at, step.t()));
                boolean beginning = i < begin.steps && i + 1 < grid.steps();
                if (said.size() == 1 && !beginning) {
                    return step.moved(at); // also from pure noise, where x0 does not follow from eps
                }
                Tensor mean = !beginning
                        ? combined(said)
                        : begin == Begin.RUNGE_KUTTA ? step.rungeKutta(said.get(0)) : step.improvedEuler(said.get(0));
                return step.moved(mean);
            });
        }
    }

    private static Tensor combined(History said) {
        double[] weights = ADAMS_BASHFORTH[said.size() - 1];
        Tensor sum = said.get(0).mul(new Scalar(weights[0]));
        for (int k = 1; k < weights.length; k++) {
            sum = sum.add(said.get(k), new Scalar(weights[k]));
        }
        return sum;
    }

    /** A step from x at t to s. */
    private record Step(Denoiser model, Prediction averaged, Tensor x, double t, double s) {

        /** What the model says of a sample at a time. */
        Tensor said(Tensor sample, double time) {
            return said(model.at(sample, time), time);
        }

        Tensor said(Denoised at, double time) {
            return averaged.target(at.x0(), at.eps(), NoiseLevel.at(model.process(), time));
        }

        Tensor improvedEuler(Tensor first) {
            Tensor second = said(moved(first).x(), s);
            return first.add(second).div(new Scalar(2));
        }

        Tensor rungeKutta(Tensor first) {
            double middle = (t + s) / 2;
            Tensor second = said(to(middle, first), middle);
            Tensor third = said(to(middle, second), middle);
            Tensor fourth = said(to(s, third), s);
            return first.add(second, new Scalar(2))
                    .add(third, new Scalar(2))
                    .add(fourth)
                    .div(new Scalar(6));
        }

        SamplingLoop.Moved moved(Tensor mean) {
            return moved(at(mean));
        }

        SamplingLoop.Moved moved(Denoised at) {
            return new SamplingLoop.Moved(transferred(at, s), at.x0());
        }

        private Tensor to(double time, Tensor mean) {
            return transferred(at(mean), time);
        }

        private Denoised at(Tensor mean) {
            require(
                    !averaged.equals(Prediction.EPS) || model.process().alpha(t) > 0,
                    "this sampler averages eps, which says nothing about x0 at the grid's begin, where alpha is 0 (zero terminal SNR):"
                            + " take ddim, or ode in continuous time");
            return averaged.interpret(mean, x, NoiseLevel.at(model.process(), t));
        }

        /** DDIM's step. */
        private Tensor transferred(Denoised at, double time) {
            DiffusionProcess p = model.process();
            return at.x0().mul(new Scalar(p.alpha(time))).add(at.eps(), new Scalar(p.sigma(time)));
        }
    }
}
