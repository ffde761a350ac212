package org.diffusion4j.sample.sde;

import java.util.Objects;
import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Carried;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.SmoothProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * The probability-flow ODE in the process's own time, by a solver that chooses its steps: between the first time of a grid and its
 * last; where the grid ends at the clean sample, down to timestep 0 of a chain or the first time of a process in continuous time, and then
 * the model's x0 there. Deterministic; {@link #encode}
 * is the way back.
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, equation 13 and appendix D.
 */
public record ProbabilityFlow(DormandPrince solver) implements Sampler {

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        double end = grid.next(grid.steps() - 1);
        boolean clean = model.process().sigma(end) == 0;
        double last = clean ? least(model, grid) : end;
        try (AutoGradMode noGrad = new AutoGradMode(false);
                Carried x = new Carried(start)) {
            int[] steps = {0};
            try (PointerScope scope = new PointerScope()) {
                x.set(between(model, grid.time(0), last, start, listener, steps));
            }
            if (clean) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor x0 = model.at(x.get(), last).x0();
                    x.set(x0);
                    listener.onStep(new SampleListener.Step(steps[0], OptionalInt.empty(), end, x.get(), x0));
                }
            }
            return x.handOver();
        }
    }

    /**
     * The noise that the ODE finds for samples: from the last time of a grid, which they are taken for, up to its first.
     *
     * @param x0 {@code [batch, …]}; borrowed
     * @return x at {@code grid.time(0)}, owned by the caller; from there {@link #sample} leads back
     */
    public Tensor encode(Denoiser model, TimeGrid grid, Tensor x0) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor x =
                    between(model, grid.time(grid.steps() - 1), grid.time(0), x0, SampleListener.NONE, new int[] {0});
            x.retainReference();
            return x;
        }
    }

    /** Where x0 is taken: the last time of a coarse grid would leave too much noise. */
    private static double least(Denoiser model, TimeGrid grid) {
        double last = grid.time(grid.steps() - 1);
        if (model.process() instanceof ContinuousProcess continuous) {
            return Math.min(last, continuous.firstTime());
        }
        return last > 0 && model.process().chainStep(0).isPresent() ? 0 : last;
    }

    /** From one of the model's own times to another; made in the caller's scope. */
    private Tensor between(Denoiser model, double from, double to, Tensor start, SampleListener listener, int[] steps) {
        ContinuousTime continuous = ContinuousTime.of(model);
        Denoiser asked = continuous.model();
        SmoothProcess p = continuous.process();
        @Nullable Tensor[] x0 = {null};
        DormandPrince.Slope slope = (t, x) -> {
            Denoised at = asked.at(x, t);
            x0[0] = at.x0(); // the last of a step is the one at its end
            return p.flow(at, t);
        };
        Tensor x = start.mul(new Scalar(continuous.scale(from)));
        PointerScope outer = Objects.requireNonNull(PointerScope.getInnerScope());
        Tensor solved = solver.solve(continuous.of(from), continuous.of(to), x, slope, (t, y) -> {
                    Tensor own = y.div(new Scalar(continuous.scale(continuous.back(t))));
                    listener.onStep(new SampleListener.Step(
                            steps[0]++, OptionalInt.empty(), continuous.back(t), own, Objects.requireNonNull(x0[0])));
                })
                .y();
        outer.attach(solved);
        solved.releaseReference(); // the scope's now
        return solved.div(new Scalar(continuous.scale(to)));
    }

    @Override
    public boolean dependsOnBatch() {
        return true;
    }

    @Override
    public boolean choosesTimes() {
        return true;
    }
}
