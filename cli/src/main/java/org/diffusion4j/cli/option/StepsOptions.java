package org.diffusion4j.cli.option;

import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a sampler for what is no picture: which one, and how many steps. */
public final class StepsOptions {

    @Option(names = "--sampler", description = "One that 'samplers' lists (default: as the model's recipe says).")
    private @Nullable String sampler;

    @Option(names = "--steps", description = "How many timesteps are visited (default: as the recipe says).")
    private @Nullable Integer steps;

    /** As given, and by default as usual. */
    public SampleSettings over(SampleSettings usual) {
        int count = steps == null ? usual.steps() : steps;
        return sampler == null || sampler.equals(usual.sampler())
                ? usual.withSteps(count)
                : SampleSettings.of(sampler, count);
    }
}
