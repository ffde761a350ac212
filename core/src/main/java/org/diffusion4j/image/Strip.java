package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.util.List;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.sample.SampleListener;

/**
 * Watches a draw and shows what the model takes for the clean sample on the way: a row for each sample, from the noisiest time on the
 * left to the sample itself.
 *
 * <p>Progressive generation: DDPM, section 4.3 and figure 6. Not thread-safe.
 */
public final class Strip implements DiffusionModel.DrawListener {

    private static final int PADDING = 2;

    private final PixelCodec codec = new PixelCodec();
    private final int columns;
    private final Looks looks;

    /**
     * Takes so many looks at each sample, evenly spaced over the steps.
     *
     * @param columns at least 2; if there are fewer steps, fewer
     */
    public Strip(int columns) {
        require(columns >= 2, "a strip needs at least 2 columns, was %s", columns);
        this.columns = columns;
        this.looks = new Looks(columns);
    }

    /** Takes a look, if it is time for one. */
    @Override
    public void onStep(int first, SampleListener.Step step) {
        if (step.steps().isEmpty()) {
            looks.keepThinned(first, step.index(), codec.toImages(step.x0()));
        } else if (isSeen(step.index(), step.steps().getAsInt())) {
            looks.keep(first, codec.toImages(step.x0()));
        }
    }

    /** Of n steps the first, the last, and between them as many as there are columns. */
    private boolean isSeen(int step, int n) {
        int looks = Math.min(columns, n);
        for (int k = 0; k < looks; k++) {
            if (Math.round(k * (n - 1) / (looks - 1.0)) == step) {
                return true;
            }
        }
        return false;
    }

    /** The picture of all looks. */
    public BufferedImage picture() {
        List<List<BufferedImage>> rows = looks.ofEqualLength();
        return ImageGrid.of(
                rows.stream().flatMap(List::stream).toList(), rows.get(0).size(), PADDING);
    }
}
