package org.diffusion4j.nn.series;

import static org.diffusion4j.engine.Require.require;

/**
 * The size of the network that denoises.
 *
 * @param layers how many dilated convolutions follow each other
 * @param channels of each
 * @param dilationCycle the dilations are 1, 2, 4 … of so many layers, then again
 * @param hidden width of the embedded step
 * @param stepFrequencies how many sines and cosines the step has
 */
public record DilatedResidualConfig(int layers, int channels, int dilationCycle, int hidden, int stepFrequencies) {

    private static final int LONGEST_CYCLE = 20; // the dilation of more is beyond any number of series

    public DilatedResidualConfig {
        require(layers >= 1, "denoiser.layers must be at least 1, was %s", layers);
        require(channels >= 1, "denoiser.channels must be at least 1, was %s", channels);
        require(
                dilationCycle >= 1 && dilationCycle <= LONGEST_CYCLE,
                "denoiser.dilationCycle must lie between 1 and %s, was %s",
                LONGEST_CYCLE,
                dilationCycle);
        require(hidden >= 1, "denoiser.hidden must be at least 1, was %s", hidden);
        require(stepFrequencies >= 1, "denoiser.stepFrequencies must be at least 1, was %s", stepFrequencies);
    }

    /** Eight layers of eight channels, as TimeGrad was published. */
    public static DilatedResidualConfig published() {
        return new DilatedResidualConfig(8, 8, 2, 64, 16);
    }

    /** How many series there must be, so that the widest dilation goes around at most once. */
    int fewestSeries() {
        return Math.max(1, (1 << (Math.min(layers, dilationCycle) - 1)) - 4);
    }
}
