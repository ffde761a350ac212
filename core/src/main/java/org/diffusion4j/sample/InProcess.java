package org.diffusion4j.sample;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;

/**
 * A denoiser asked about x of another process. At one noise-to-signal ratio the samples of all processes are multiples of each other, so
 * x is scaled to the model's own size, and the model asked at its own time of that ratio; x0 and eps are the same in both. A learned
 * variance belongs to the steps of the model's own chain and is dropped.
 *
 * @param process that x follows
 */
record InProcess(Denoiser model, DiffusionProcess process) implements Denoiser {

    private static final double ROUNDING = 1e-6;

    @Override
    public Denoised at(Tensor x, double t) {
        DiffusionProcess own = model.process();
        double ratio = process.noiseToSignal(t);
        double time = own.timeAt(ratio);
        double known = own.noiseToSignal(time);
        require(
                known == ratio || Math.abs(known - ratio) <= ROUNDING * ratio,
                "the model knows no noise-to-signal ratio %s, the nearest is %s: take a time grid within its process",
                ratio,
                known);
        double scale = ratio > 1 // alpha vanishes in pure noise, and sigma in the clean sample
                ? own.sigma(time) / process.sigma(t)
                : own.alpha(time) / process.alpha(t);
        Denoised found = model.at(scale == 1 ? x : x.mul(new Scalar(scale)), time);
        return new Denoised(found.x0(), found.eps());
    }
}
