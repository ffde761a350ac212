package org.diffusion4j.sample.lambda;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.schedule.AncestralStep;

/**
 * {@link AncestralStep} in the times of a process, for solvers in lambda: a step to s goes beyond it, to {@code goal}, and comes back by
 * fresh noise (k-diffusion's {@code sample_dpm_fast} and {@code sample_dpm_adaptive}).
 */
record AncestralGoal(DiffusionProcess process, double goal, double s) {

    /**
     * Of a step from t to s.
     *
     * @param last beyond which no step goes
     * @param eta share of the ancestral noise; with 0 the goal is s
     */
    static AncestralGoal of(DiffusionProcess p, double t, double s, double last, double eta) {
        if (eta == 0 || p.sigma(s) == 0) {
            return new AncestralGoal(p, s, s);
        }
        require(p.alpha(t) > 0, "ancestral noise cannot be added from pure noise (zero terminal SNR): begin below");
        double to = p.noiseToSignal(s);
        double down = Math.max(AncestralStep.of(p.noiseToSignal(t), to, eta).down(), p.noiseToSignal(last));
        return new AncestralGoal(p, down < to ? p.timeAt(down) : s, s);
    }

    /** x at s of an x at the goal. */
    Tensor noised(Tensor x, NoiseStream noise, int address) {
        if (goal == s) {
            return x;
        }
        double up = Math.sqrt(Math.pow(process.noiseToSignal(s), 2) - Math.pow(process.noiseToSignal(goal), 2));
        return x.mul(new Scalar(process.alpha(s) / process.alpha(goal)))
                .add(noise.draw(address, x), new Scalar(process.alpha(s) * up));
    }
}
