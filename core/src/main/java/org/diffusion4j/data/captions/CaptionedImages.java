package org.diffusion4j.data.captions;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.engine.Sha256;

/**
 * Images that words describe.
 *
 * <p>Threads: everything may be called by many threads at once.
 */
public interface CaptionedImages extends ImageDataset {

    /** What image {@code i} shows, in one way or several; at least one. */
    List<String> captions(int i);

    /** SHA-256 over shape, pixels and captions, in hexadecimal. */
    @Override
    default String fingerprint() {
        MessageDigest sha256 = Sha256.digest();
        sha256.update(ImageDataset.super.fingerprint().getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < size(); i++) {
            sha256.update((String.join("\t", captions(i)) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /**
     * Images with captions.
     *
     * @param captions of each image by its number; at least one, and always the same
     */
    static CaptionedImages of(ImageDataset images, IntFunction<List<String>> captions) {
        return new Captioned(images, captions);
    }

    /**
     * These without some that are held out, and those.
     *
     * @param n how many are held out, drawn by the seed
     * @throws IllegalArgumentException if a part would be empty
     */
    default List<CaptionedImages> holdOutRandom(int n, long seed) {
        Subset.Split split = Subset.holdOutRandom(this, n, seed);
        return Stream.of(split.training(), split.heldOut())
                .map(part -> of(part, i -> captions(part.indexInWhole(i))))
                .toList();
    }
}
