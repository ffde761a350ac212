package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.SmoothProcess;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Euler or second-order Runge-Kutta steps along the probability-flow ODE in t and x themselves, as they were before EDM found that
 * sigma/alpha and x/alpha serve better: for comparing processes. A step to the clean sample is Euler's.
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
        SigmaSpace space = new SigmaSpace(model);
        return space.walk(grid, start, listener, (xbar, step) -> {
            Churn.Stirred hat = churn.stir(xbar, step, grid.steps(), space, noise);
            double t = p.timeAt(hat.sigma());
            double s = p.timeAt(step.next());
            Tensor x = hat.x().mul(new Scalar(p.alpha(t)));
            Tensor x0 = model.at(x, t).x0();
            Tensor slope = slope(p, x, x0, t);
            if (node > 0 && step.next() > 0) {
                double inner = t + node * (s - t);
                Tensor there = x.add(slope, new Scalar(inner - t));
                Tensor slopeThere = slope(p, there, model.at(there, inner).x0(), inner);
                slope = slope.add(slopeThere.sub(slope), new Scalar(1 / (2 * node)));
            }
            Tensor next = x.add(slope, new Scalar(s - t));
            return new Walk.Moved(next.div(new Scalar(p.alpha(s))), x0);
        });
    }

    /** dx/dt. */
    private static Tensor slope(SmoothProcess p, Tensor x, Tensor x0, double t) {
        double ofRatio = p.noiseToSignalRate(t) / p.noiseToSignal(t);
        return x.mul(new Scalar(ofRatio + p.logAlphaRate(t))).sub(x0, new Scalar(p.alpha(t) * ofRatio));
    }
}
