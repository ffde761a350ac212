package org.diffusion4j.process.continuous;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.RetimedProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.schedule.BetaSchedule;

/**
 * The four ways in which EDM wraps a network F, {@code D(x; sigma) = c_skip·x + c_out·F(c_in·x; c_noise)}, as a process and what the
 * output means in it. Asked {@linkplain org.diffusion4j.process.VarianceExploding in EDM's process}, a denoiser of both is D: c_in is
 * what takes x there to x of the process, c_noise the process's network time.
 *
 * <p>Karras et al., "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), NeurIPS 2022, table 1.
 *
 * @param process with the network's time
 * @param prediction what the network's output means
 * @param least the least sigma/alpha for which the network is meant
 * @param most the most
 */
public record Preconditioning(DiffusionProcess process, Prediction prediction, double least, double most) {

    /** c_noise is {@code log(sigma)/4}; at every noise level inputs and targets have unit variance. */
    public static Preconditioning edm(double sigmaData) {
        return new Preconditioning(
                new RetimedProcess(new VarianceExploding(), sigma -> Math.log(sigma) / 4),
                new Preconditioned(sigmaData),
                0,
                Double.POSITIVE_INFINITY);
    }

    /** Of the variance-exploding SDE: c_noise is {@code log(sigma/2)}, the output the score times sigma. */
    public static Preconditioning exploding(double least, double most) {
        require(0 < least && least < most, "noise levels need 0 < least < most, were %s and %s", least, most);
        return new Preconditioning(
                new RetimedProcess(new VarianceExploding(), sigma -> Math.log(sigma / 2)),
                Prediction.SCALED_SCORE,
                least,
                most);
    }

    /** Of the variance-preserving SDE: c_noise is {@code (timesteps − 1)·t}, the output eps; {@code timesteps} is 1000 in use. */
    public static Preconditioning preserving(VariancePreserving process, int timesteps) {
        return new Preconditioning(
                new RetimedProcess(process, t -> (timesteps - 1) * t),
                Prediction.EPS,
                process.noiseToSignal(process.firstTime()),
                process.noiseToSignal(process.lastTime()));
    }

    /** Of IDDPM's cosine chain: c_noise is the timestep whose noise level is nearest, the output eps. */
    public static Preconditioning iddpm(int timesteps) {
        DiscreteProcess chain =
                new DiscreteProcess(BetaSchedule.cosine(timesteps, 0.008).table());
        return new Preconditioning(
                new RetimedProcess(chain, t -> nearest(chain, t)),
                Prediction.EPS,
                chain.noiseToSignal(0),
                chain.noiseToSignal(timesteps - 1.0));
    }

    /** The timestep whose noise level is nearest to that of t. */
    private static double nearest(DiscreteProcess chain, double t) {
        double level = chain.noiseToSignal(t);
        double below = Math.floor(t);
        double above = Math.ceil(t);
        return level - chain.noiseToSignal(below) <= chain.noiseToSignal(above) - level ? below : above;
    }
}
