package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.vae.Tiles;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/**
 * What shall be drawn, how, and with which seeds. A picture depends on its seed and the rest of this, not on the other seeds.
 *
 * @param prompt what the pictures shall show
 * @param negative what guidance leads away from; null for nothing
 * @param clipSkip how many more of the text encoder's last layers are left out; web UIs count one more
 * @param settings sampler, steps and guidance
 * @param size in pixels
 * @param seeds one for each picture
 * @param start what the pictures begin with
 * @param tiles in which the autoencoder codes pictures that are larger, to need less memory; null for whole pictures. See {@link
 *     LatentModel#tiles}
 */
public record LatentDraw(
        Prompt prompt,
        @Nullable Prompt negative,
        int clipSkip,
        SampleSettings settings,
        GenerationParameters.Size size,
        List<Long> seeds,
        LatentStart start,
        @Nullable Tiles tiles) {

    private static final int MOST = 10_000;

    /** Refuses no seeds, and more than 10,000. */
    public LatentDraw {
        seeds = List.copyOf(seeds);
        require(
                !seeds.isEmpty() && seeds.size() <= MOST,
                "between 1 and %s seeds are needed, were %s",
                MOST,
                seeds.size());
        require(clipSkip >= 0, "clip-skip must be at least 0, was %s", clipSkip);
    }

    /** This with another prompt. */
    public LatentDraw withPrompt(Prompt prompt) {
        return Records.with(this, "prompt", prompt);
    }

    /** This with another negative prompt, or null for none. */
    public LatentDraw withNegative(@Nullable Prompt negative) {
        return Records.with(this, "negative", negative);
    }

    /** This with another number of layers left out. */
    public LatentDraw withClipSkip(int clipSkip) {
        return Records.with(this, "clipSkip", clipSkip);
    }

    /** This with other settings. */
    public LatentDraw withSettings(SampleSettings settings) {
        return Records.with(this, "settings", settings);
    }

    /** This with another size. */
    public LatentDraw withSize(GenerationParameters.Size size) {
        return Records.with(this, "size", size);
    }

    /** This with other seeds. */
    public LatentDraw withSeeds(List<Long> seeds) {
        return Records.with(this, "seeds", seeds);
    }

    /** This with another beginning. */
    public LatentDraw withStart(LatentStart start) {
        return Records.with(this, "start", start);
    }

    /** This with other tiles, or null for whole pictures. */
    public LatentDraw withTiles(@Nullable Tiles tiles) {
        return Records.with(this, "tiles", tiles);
    }
}
