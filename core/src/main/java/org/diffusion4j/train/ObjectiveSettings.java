package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;

/**
 * What is minimised, and how times are chosen and weighted for it.
 *
 * @param weighting of times in L_simple
 * @param gamma of {@code min-snr} and {@code p2}; null for that of the paper
 * @param times how they are chosen
 * @param history how many losses of each time {@code loss-second-moment} goes by; null for ten
 * @param uniformShare the share of the probability that {@code loss-second-moment} leaves uniform, in (0, 1]; null for 0.001
 */
public record ObjectiveSettings(
        LossTerms loss,
        Weighting weighting,
        @Nullable Double gamma,
        TimeSampling times,
        @Nullable Integer history,
        @Nullable Double uniformShare) {

    public ObjectiveSettings {
        require(gamma == null || gamma > 0, "train.objective.gamma must be above 0, was %s", gamma);
        require(
                loss.hasSimple() || weighting == Weighting.SIMPLE,
                "the loss '%s' has no weighting, but train.objective.weighting is '%s'",
                loss,
                weighting);
        require(history == null || history >= 1, "train.objective.history must be at least 1, was %s", history);
        require(
                uniformShare == null || (uniformShare > 0 && uniformShare <= 1),
                "train.objective.uniformShare must lie in (0, 1], was %s",
                uniformShare);
        require(
                times == TimeSampling.LOSS_SECOND_MOMENT || (history == null && uniformShare == null),
                "train.objective.history and uniformShare are those of times=loss-second-moment, not of '%s'",
                times);
    }

    /** With times chosen as published. */
    public ObjectiveSettings(LossTerms loss, Weighting weighting, @Nullable Double gamma, TimeSampling times) {
        this(loss, weighting, gamma, times, null, null);
    }

    /** L_simple at uniform times (DDPM). */
    public static ObjectiveSettings simple() {
        return new ObjectiveSettings(LossTerms.SIMPLE, Weighting.SIMPLE, null, TimeSampling.UNIFORM);
    }

    public ObjectiveSettings withLoss(LossTerms loss) {
        return Records.with(this, "loss", loss);
    }

    public ObjectiveSettings withWeighting(Weighting weighting) {
        return Records.with(this, "weighting", weighting);
    }

    public ObjectiveSettings withGamma(@Nullable Double gamma) {
        return Records.with(this, "gamma", gamma);
    }

    public ObjectiveSettings withTimes(TimeSampling times) {
        return Records.with(this, "times", times);
    }

    public ObjectiveSettings withHistory(@Nullable Integer history) {
        return Records.with(this, "history", history);
    }

    public ObjectiveSettings withUniformShare(@Nullable Double uniformShare) {
        return Records.with(this, "uniformShare", uniformShare);
    }

    /** What chooses times among {@code total}, and has learned nothing yet. */
    public TimeSampler timeSampler(int total) {
        return times == TimeSampling.LOSS_SECOND_MOMENT
                ? new LossSecondMoment(total, history, uniformShare)
                : times.of(total);
    }

    /** The weight of a prediction's squared error at time t. */
    public double weight(Prediction prediction, DiffusionProcess process, double t) {
        return weighting.of(prediction, process, t, gamma == null ? weighting.gamma() : gamma);
    }

    /**
     * The weights of predictions' squared errors at some times.
     *
     * @param like of the type and on the device that the weights shall have
     * @return {@code [times]}, owned by the caller
     */
    public Tensor weights(Prediction prediction, DiffusionProcess process, double[] times, Tensor like) {
        return Tensors.of(Arrays.stream(times)
                        .map(t -> weight(prediction, process, t))
                        .toArray())
                .to(like);
    }
}
