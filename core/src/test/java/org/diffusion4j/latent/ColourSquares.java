package org.diffusion4j.latent;

import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.latent.clip.ClipRecipe;

/** Eight pictures of 8×8 pixels, each of one colour, which its captions name. */
public final class ColourSquares {

    public static final List<String> NAMES =
            List.of("black", "blue", "green", "cyan", "red", "pink", "yellow", "white");

    private static final int PIXELS = 8 * 8;

    private ColourSquares() {}

    /** All of them, each so many times. */
    public static CaptionedImages times(int times) {
        List<byte[]> pictures = new ArrayList<>();
        for (int i = 0; i < times * NAMES.size(); i++) {
            byte[] picture = new byte[3 * PIXELS];
            for (int p = 0; p < picture.length; p++) {
                picture[p] = (byte) (isLit(i % NAMES.size(), p / PIXELS) ? 255 : 0);
            }
            pictures.add(picture);
        }
        return CaptionedImages.of(InMemoryImages.ofBytes(pictures, 3, 8, 8), i -> {
            String name = NAMES.get(i % NAMES.size());
            return List.of(name, "a " + name + " square");
        });
    }

    /** A CLIP that is trained on them in no time: one narrow layer a tower; further changes are made last. */
    public static ClipRecipe clip(String... changes) {
        return ClipRecipe.defaults()
                .with(
                        "text.length=16",
                        "text.tower.layers=1",
                        "text.tower.hidden=16",
                        "text.tower.inner=32",
                        "text.tower.heads=2",
                        "vision.size=8",
                        "vision.patch=4",
                        "vision.tower.layers=1",
                        "vision.tower.hidden=16",
                        "vision.tower.inner=32",
                        "vision.tower.heads=2",
                        "projection=8",
                        "train.batchSize=8",
                        "train.learningRate=1e-2",
                        "train.warmupSteps=5")
                .with(changes);
    }

    /** Whether a colour has a channel: red, green or blue. */
    public static boolean isLit(int colour, int channel) {
        return (colour >> (2 - channel) & 1) == 1;
    }
}
