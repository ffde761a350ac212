package org.diffusion4j.nn;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** What a network of pictures refuses before it computes; the message says what it was given. */
public final class ImageInput {

    private ImageInput() {}

    /**
     * Refuses what is no batch of pictures of so many channels.
     *
     * @throws IllegalArgumentException if it is not {@code [batch, channels, height, width]}
     */
    public static void requireChannels(Tensor x, int channels) {
        require(
                x.dim() == 4 && x.size(1) == channels,
                "the network needs [batch, %s, height, width], was given %s",
                channels,
                Arrays.toString(x.sizes().vec().get()));
    }

    /**
     * Refuses, besides, a height or width that cannot be halved often enough.
     *
     * @param least what must divide both
     * @throws IllegalArgumentException if it does not, or as {@link #requireChannels}
     */
    public static void requireDivisible(Tensor x, int channels, long least) {
        requireChannels(x, channels);
        require(
                x.size(2) % least == 0 && x.size(3) % least == 0,
                "the network needs a height and width that %s divides, was given %s×%s",
                least,
                x.size(2),
                x.size(3));
    }
}
