package org.diffusion4j.nn.score;

import java.util.Locale;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.TimeFeatures;

/** The features by which a {@link ScoreUNet} knows the noise level. */
public enum NoiseEmbedding {
    /** Sines, then cosines, as in DDPM. */
    SINES {
        @Override
        TimeFeatures of(Parameters.Path at, int channels) {
            return new TimeFeatures.Sines(channels, 1, false);
        }
    },
    /** Cosines, then sines, as in ADM. */
    COSINES {
        @Override
        TimeFeatures of(Parameters.Path at, int channels) {
            return new TimeFeatures.Sines(channels, 0, true);
        }
    },
    /** Random frequencies of the number that the network receives, as in EDM, where it is a logarithm. */
    FOURIER {
        @Override
        TimeFeatures of(Parameters.Path at, int channels) {
            return new TimeFeatures.Fourier(at, channels, false);
        }
    },
    /** Random frequencies of its logarithm, as in the code of score SDEs, where it is sigma. */
    FOURIER_LOG {
        @Override
        TimeFeatures of(Parameters.Path at, int channels) {
            return new TimeFeatures.Fourier(at, channels, true);
        }
    };

    /** Declares the features of a network of that width. */
    abstract TimeFeatures of(Parameters.Path at, int channels);

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
