package org.diffusion4j.train.optimizer;

import static org.diffusion4j.engine.Require.require;

import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Records;

/**
 * An optimizer and the numbers of it; those of the others are not used.
 *
 * @param beta1 of Adam: the memory of the mean
 * @param beta2 of Adam: the memory of the square
 * @param eps of Adam: what is added to the divisor
 * @param weightDecay of all: with {@code adamw} it acts on the weights themselves, else on the gradient
 * @param momentum of SGD: the memory of the direction, 0 for none
 * @param temperature of SGLD: the strength of its noise
 */
public record OptimizerSettings(
        Kind kind, double beta1, double beta2, double eps, double weightDecay, double momentum, double temperature) {

    /** The methods. */
    public enum Kind {
        ADAM,
        ADAMW,
        SGD,
        SGLD;

        /** The name in recipes. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public OptimizerSettings {
        new Adam.Settings(Adam.Kind.ADAM, beta1, beta2, eps, weightDecay); // which refuses what is out of range
        require(momentum >= 0 && momentum < 1, "momentum must lie in [0, 1), was %s", momentum);
        require(temperature >= 0, "temperature must be at least 0, was %s", temperature);
    }

    /** Adam as DDPM uses it. */
    public static OptimizerSettings adam() {
        return new OptimizerSettings(Kind.ADAM, 0.9, 0.999, 1e-8, 0, 0.9, 1e-8);
    }

    public OptimizerSettings withKind(Kind kind) {
        return Records.with(this, "kind", kind);
    }

    public OptimizerSettings withBeta1(double beta1) {
        return Records.with(this, "beta1", beta1);
    }

    public OptimizerSettings withBeta2(double beta2) {
        return Records.with(this, "beta2", beta2);
    }

    public OptimizerSettings withEps(double eps) {
        return Records.with(this, "eps", eps);
    }

    public OptimizerSettings withWeightDecay(double weightDecay) {
        return Records.with(this, "weightDecay", weightDecay);
    }

    public OptimizerSettings withMomentum(double momentum) {
        return Records.with(this, "momentum", momentum);
    }

    public OptimizerSettings withTemperature(double temperature) {
        return Records.with(this, "temperature", temperature);
    }

    /**
     * The optimizer, owned by the caller.
     *
     * @param values borrowed for the optimizer's life
     * @param gradients borrowed likewise
     * @param seed of noise, where the method has some
     */
    public Optimizer of(Tensor values, Tensor gradients, long seed) {
        return switch (kind) {
            case ADAM -> adam(Adam.Kind.ADAM, values, gradients);
            case ADAMW -> adam(Adam.Kind.ADAMW, values, gradients);
            case SGD -> new Sgd(momentum, weightDecay, values, gradients);
            case SGLD -> new Sgld(temperature, weightDecay, values, gradients, seed);
        };
    }

    private Adam adam(Adam.Kind kind, Tensor values, Tensor gradients) {
        return new Adam(new Adam.Settings(kind, beta1, beta2, eps, weightDecay), values, gradients);
    }
}
