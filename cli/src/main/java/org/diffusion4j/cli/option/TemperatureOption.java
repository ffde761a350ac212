package org.diffusion4j.cli.option;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How sharp the distribution over tokens is from which texts are written. */
public final class TemperatureOption {

    @Option(
            names = "--temperature",
            description =
                    "Of texts, by a model that predicts tokens: below 1 they are likelier and more alike (default:"
                            + " as the model's recipe says).")
    private @Nullable Double temperature;

    /** As given, and by default as usual. */
    public double or(double usual) {
        return temperature == null ? usual : temperature;
    }

    /** Whether it is given. */
    public boolean isGiven() {
        return temperature != null;
    }
}
