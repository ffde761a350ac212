package org.diffusion4j.process;

import org.jspecify.annotations.Nullable;

/** Where the variance of a model's reverse steps comes from: the process alone, or a second half of the network's output. */
public enum VarianceKind {

    /** {@link ReverseVariance#FIXED_SMALL}. */
    FIXED_SMALL(ReverseVariance.FIXED_SMALL, null),

    /** {@link ReverseVariance#FIXED_LARGE}. */
    FIXED_LARGE(ReverseVariance.FIXED_LARGE, null),

    /** Learned, as {@link LearnedVariance#RANGE}. */
    LEARNED_RANGE(ReverseVariance.LEARNED, LearnedVariance.RANGE),

    /** Learned, as {@link LearnedVariance#LOG}. */
    LEARNED_LOG(ReverseVariance.LEARNED, LearnedVariance.LOG);

    private final ReverseVariance ofStep;
    private final @Nullable LearnedVariance learned;

    VarianceKind(ReverseVariance ofStep, @Nullable LearnedVariance learned) {
        this.ofStep = ofStep;
        this.learned = learned;
    }

    /** The variance of a reverse step. */
    public ReverseVariance ofStep() {
        return ofStep;
    }

    /** What the second half of the network's channels says; null where it has none. */
    public @Nullable LearnedVariance learned() {
        return learned;
    }

    /** The name in recipes, such as {@code learned-range}. */
    @Override
    public String toString() {
        return (learned == null ? ofStep : learned).toString();
    }
}
