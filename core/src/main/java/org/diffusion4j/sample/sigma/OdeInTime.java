package org.diffusion4j.sample.sigma;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.SmoothProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Euler or second-order Runge-Kutta steps along the probability-flow ODE in t and x themselves, as they were before EDM found that
 * sigma/alpha and x/alpha serve better; for flow matching, where t and x are as good, and for comparing processes. A step to the
 * clean sample is Euler's.
 *
 * <p>Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), NeurIPS 2022, algorithm 3; the general
 * second order by its equation 44.
 *
 * @param node where in a step the slope is seen a second time: at 1 (Heun), ½ (midpoint), or 0 for Euler
 * @param churn as in {@link Heun}
 */
public record OdeInTime(double node, Churn churn) implements Sampler {

    public OdeInTime {
        require(node >= 0 && node <= 1, "the node of a step must lie in [0, 1], was %s", node);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        require(
                model.process() instanceof SmoothProcess,
                "a solver in time needs a process with derivatives, not that of a table: take euler or heun");
        SmoothProcess p = (SmoothProcess) model.process();
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            double s = grid.next(i);
            Stirred hat = stir(p, new SigmaSpace(model), grid, xt, i, noise);
            double t = hat.t();
            Denoised at = model.at(hat.x(), t);
            Tensor slope = p.flow(at, t);
            if (node > 0 && p.sigma(s) > 0) {
                double inner = t + node * (s - t);
                Tensor there = hat.x().add(slope, new Scalar(inner - t));
                Tensor slopeThere = p.flow(model.at(there, inner), inner);
                slope = slope.add(slopeThere.sub(slope), new Scalar(1 / (2 * node)));
            }
            return new SamplingLoop.Moved(hat.x().add(slope, new Scalar(s - t)), at.x0());
        });
    }

    private record Stirred(Tensor x, double t) {}

    private Stirred stir(SmoothProcess p, SigmaSpace space, TimeGrid grid, Tensor x, int i, NoiseStream noise) {
        double t = grid.time(i);
        if (churn.amount() == 0) {
            return new Stirred(x, t);
        }
        SigmaSpace.Step step = new SigmaSpace.Step(i, p.noiseToSignal(t), p.noiseToSignal(grid.next(i)));
        Churn.Stirred hat = churn.stir(x.div(new Scalar(p.alpha(t))), step, grid.steps(), space, noise);
        double raised = p.timeAt(hat.sigma());
        return new Stirred(hat.x().mul(new Scalar(p.alpha(raised))), raised);
    }
}
