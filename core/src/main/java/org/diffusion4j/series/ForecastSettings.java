package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import org.diffusion4j.sample.SampleSettings;

/**
 * How a forecast is drawn.
 *
 * @param paths how many sample paths
 * @param seed from which, with a path's number, its noise follows
 * @param sample the sampler of each row
 * @param atOnce how many paths go through the network together, which changes nothing but memory; 0 for at most a thousand
 */
public record ForecastSettings(int paths, long seed, SampleSettings sample, int atOnce) {

    public ForecastSettings {
        require(paths >= 1, "there must be at least 1 path, were %s", paths);
        require(atOnce >= 0, "the paths at once must be at least 0, were %s", atOnce);
    }
}
