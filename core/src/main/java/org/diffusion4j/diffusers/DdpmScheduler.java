package org.diffusion4j.diffusers;

import java.util.Map;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.OffsetSpacing;
import org.diffusion4j.schedule.TimeGrid;

/** {@code DDPMScheduler}: the ancestral sampler. */
record DdpmScheduler(
        DiscreteProcess process, OutputMeaning meaning, OffsetSpacing spacing, X0Limit limits, ReverseVariance variance)
        implements PublishedScheduler {

    static final Map<String, ReverseVariance> VARIANCES = Map.of(
            "fixed_small", ReverseVariance.FIXED_SMALL,
            "fixed_small_log", ReverseVariance.FIXED_SMALL, // the same in sampling
            "fixed_large", ReverseVariance.FIXED_LARGE,
            "learned", ReverseVariance.LEARNED,
            "learned_range", ReverseVariance.LEARNED,
            "learned_log", ReverseVariance.LEARNED);

    DdpmScheduler(SchedulerKeys keys) {
        this(
                keys.process("linear", 1e-4, 0.02),
                keys.meaning(),
                keys.spacing("leading"),
                X0Limit.of(keys, true),
                keys.word("variance_type", "fixed_small", VARIANCES));
    }

    @Override
    public TimeGrid grid(int steps) {
        return spacing.grid(steps);
    }

    @Override
    public Sampler sampler() {
        return new Ddpm(variance);
    }

    @Override
    public Sampler sampler(SampleSettings settings) {
        return new Ddpm(settings.variance());
    }
}
