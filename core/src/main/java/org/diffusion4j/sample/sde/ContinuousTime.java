package org.diffusion4j.sample.sde;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.SmoothProcess;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.sample.Denoiser;

/**
 * A model in a process with derivatives: its own where that has them; else the variance-preserving SDE, which passes through the same
 * noise-to-signal ratios at times of its own and, where the model's process preserves variance too, through the same x.
 *
 * @param own as it was given; borrowed
 * @param process with derivatives
 */
public record ContinuousTime(Denoiser own, SmoothProcess process) {

    private static final double SAME = 1e-9;

    /** Of any model. */
    public static ContinuousTime of(Denoiser model) {
        return new ContinuousTime(
                model, model.process() instanceof SmoothProcess smooth ? smooth : new VariancePreserving());
    }

    /** The model, asked in {@link #process}. */
    public Denoiser model() {
        return isOwn() ? own : own.in(process);
    }

    /**
     * The time of {@link #process} at the model's own.
     *
     * @throws IllegalArgumentException if no finite time is as noisy
     */
    public double of(double ownTime) {
        if (isOwn()) {
            return ownTime;
        }
        double time = process.timeAt(own.process().noiseToSignal(ownTime));
        require(
                Double.isFinite(time),
                "time %s is all noise (zero terminal SNR), which the SDE reaches at no finite time: take ddim or ddpm",
                ownTime);
        return time;
    }

    /** The model's own time at that of {@link #process}. */
    public double back(double time) {
        return isOwn() ? time : own.process().timeAt(process.noiseToSignal(time));
    }

    /** What x of the model's own process is multiplied by at its own time. */
    public double scale(double ownTime) {
        if (isOwn()) {
            return 1;
        }
        double scale = process.alpha(of(ownTime)) / own.process().alpha(ownTime);
        return Math.abs(scale - 1) < SAME ? 1 : scale;
    }

    private boolean isOwn() {
        DiffusionProcess ownProcess = own.process();
        return ownProcess.equals(process);
    }
}
