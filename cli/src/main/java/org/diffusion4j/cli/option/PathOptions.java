package org.diffusion4j.cli.option;

import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.series.ForecastSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how sample paths are drawn. */
public final class PathOptions {

    @Option(
            names = "--samples",
            defaultValue = "100",
            description = "How many sample paths (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(names = "--seed", defaultValue = "0", description = "The same seed gives the same paths (default: 0).")
    private long seed;

    @Mixin
    private StepsOptions steps;

    public int samples() {
        return samples;
    }

    public long seed() {
        return seed;
    }

    /** As given, and by default as the recipe does. */
    public ForecastSettings settings(SampleSettings usual) {
        return new ForecastSettings(samples, seed, sample(usual), 0);
    }

    public SampleSettings sample(SampleSettings usual) {
        return steps.over(usual);
    }
}
