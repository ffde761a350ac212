package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.engine.Records;
import org.jspecify.annotations.Nullable;

/**
 * A part of a training with its own learning rate, for instance a refinement at the end with a lower rate and tighter clipping. The
 * weights, their average and what the optimizer remembers go on from stage to stage.
 *
 * @param clipGradient the largest norm of the whole gradient, or 0 for none
 * @param warmupSteps over which the learning rate rises from 0, linearly; null for none
 * @param decay the shape of the fall after that; null for cosine
 * @param decayTo the share of the learning rate that is left at the last step; null or 1 for no fall
 */
public record Stage(
        long steps,
        double learningRate,
        double clipGradient,
        @Nullable Long warmupSteps,
        @Nullable Decay decay,
        @Nullable Double decayTo) {

    public Stage {
        require(steps >= 1, "train.steps must be at least 1, was %s", steps);
        require(learningRate > 0, "train.learningRate must be above 0, was %s", learningRate);
        require(clipGradient >= 0, "train.clipGradient must be at least 0, was %s", clipGradient);
        require(warmupSteps == null || warmupSteps >= 0, "train.warmupSteps must be at least 0, was %s", warmupSteps);
        require(decayTo == null || decayTo >= 0 && decayTo <= 1, "train.decayTo must lie in [0, 1], was %s", decayTo);
    }

    public Stage withSteps(long steps) {
        return Records.with(this, "steps", steps);
    }

    public Stage withLearningRate(double learningRate) {
        return Records.with(this, "learningRate", learningRate);
    }

    public Stage withClipGradient(double clipGradient) {
        return Records.with(this, "clipGradient", clipGradient);
    }

    public Stage withWarmupSteps(@Nullable Long warmupSteps) {
        return Records.with(this, "warmupSteps", warmupSteps);
    }

    public Stage withDecay(@Nullable Decay decay) {
        return Records.with(this, "decay", decay);
    }

    public Stage withDecayTo(@Nullable Double decayTo) {
        return Records.with(this, "decayTo", decayTo);
    }

    /** The learning rate of a step of this stage, from 1. */
    public double learningRateAt(long step) {
        long warmup = warmupSteps == null ? 0 : warmupSteps;
        if (step < warmup) {
            return learningRate * step / warmup;
        }
        double left = decayTo == null ? 1 : decayTo;
        double progress = Math.min(1, (step - warmup) / (double) Math.max(1, steps - warmup));
        return learningRate * (left + (1 - left) * (decay == null ? Decay.COSINE : decay).height(progress));
    }

    /** Whether the rate of its steps depends on how many there are. */
    boolean decays() {
        return decayTo != null && decayTo < 1;
    }
}
