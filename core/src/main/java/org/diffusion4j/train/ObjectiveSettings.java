package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;

/**
 * What is minimised, and how times are chosen and weighted for it.
 *
 * @param weighting of times in L_simple
 * @param gamma of {@code min-snr} and {@code p2}; null for that of the paper
 * @param times how they are chosen
 */
public record ObjectiveSettings(
        LossTerms loss, Weighting weighting, @Nullable Double gamma, TimeSampling times) {

    public ObjectiveSettings {
        require(gamma == null || gamma > 0, "train.objective.gamma must be above 0, was %s", gamma);
        require(
                loss.hasSimple() || weighting == Weighting.SIMPLE,
                "the loss '%s' has no weighting, but train.objective.weighting is '%s'",
                loss,
                weighting);
    }

    /** L_simple at uniform times (DDPM). */
    public static ObjectiveSettings simple() {
        return new ObjectiveSettings(LossTerms.SIMPLE, Weighting.SIMPLE, null, TimeSampling.UNIFORM);
    }

    /** The weight of a prediction's squared error at time t. */
    double weight(Prediction prediction, DiffusionProcess process, double t) {
        return weighting.of(prediction, process, t, gamma == null ? weighting.gamma() : gamma);
    }
}
