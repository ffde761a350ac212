package org.diffusion4j.process;

import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.diffusion4j.schedule.Posterior;

/**
 * A process whose network receives another number for the time: rounded, or {@code log(sigma)/4} as in EDM.
 *
 * @param renumbered that number, from the one that {@code process} has
 */
public record RetimedProcess(DiffusionProcess process, DoubleUnaryOperator renumbered) implements ProcessView {

    @Override
    public double networkTime(double t) {
        return renumbered.applyAsDouble(process.networkTime(t));
    }

    @Override
    public double noiseToSignal(double t) {
        return process.noiseToSignal(t);
    }

    @Override
    public Optional<Posterior> chainStep(double t) {
        return process.chainStep(t);
    }
}
