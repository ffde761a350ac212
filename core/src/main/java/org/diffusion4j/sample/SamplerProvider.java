package org.diffusion4j.sample;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Adds samplers to those that can be chosen by name. An implementation has a public constructor without arguments and is named in
 * {@code META-INF/services/org.diffusion4j.sample.SamplerProvider} of its jar; {@link Samplers} finds it on the class path, so that
 * recipes and the command line know its samplers too.
 */
public interface SamplerProvider {

    /** The samplers, in the order in which they are listed. */
    List<Samplers.Entry> samplers();

    /**
     * Samplers that are not listed, since only a model that brings them can be drawn by them: the scheduler classes of another library.
     *
     * @return the samplers of settings, with what a model's file may say left at its default, by name
     */
    default Map<String, Function<SampleSettings, Sampler>> schedulers() {
        return Map.of();
    }

    /**
     * Spacings of times, by the name that recipes and {@code --spacing NAME:VALUES} use; each is made from its values, an empty text
     * where none are given. See {@link TimeSpacings}.
     */
    default Map<String, Function<String, TimeSpacing>> spacings() {
        return Map.of();
    }
}
