package org.diffusion4j.image;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.io.Gif;
import org.diffusion4j.sample.SampleListener;

/**
 * Watches a draw and shows its samples on their way from noise to picture; the first of them only, where the frames of all would take
 * more than 256 MiB. Not thread-safe.
 */
public final class Film implements DiffusionModel.DrawListener {

    private static final int FRAMES = 50;
    private static final int DELAY = 6;
    private static final int STILL = 20; // how often the last frame is shown
    private static final long MOST_BYTES = 256L << 20;
    private static final long OVERHEAD = 512; // of a picture in Java, besides its pixels

    private final PixelCodec codec = new PixelCodec();
    private final Looks looks = new Looks(FRAMES);
    private final Draw draw;
    private final int classes;
    private int shown = Integer.MAX_VALUE;

    /**
     * Of a draw.
     *
     * @param classes how many the model knows, or 0
     */
    public Film(Draw draw, int classes) {
        this.draw = draw;
        this.classes = classes;
    }

    /** Takes a frame, at most {@value #FRAMES} of a draw and always the last. */
    @Override
    public void onStep(int first, SampleListener.Step step) {
        shown = Math.min(shown, most(step.x()));
        if (first >= shown) {
            return;
        }
        if (step.steps().isEmpty()) {
            looks.keepThinned(first, step.index(), pictures(first, step.x()));
            return;
        }
        long steps = step.steps().getAsInt();
        long most = Math.min(FRAMES, steps);
        if ((step.index() + 1) * most / steps > step.index() * most / steps) {
            looks.keep(first, pictures(first, step.x()));
        }
    }

    /** How many samples are shown: with classes, as many of each. */
    private int most(Tensor x) {
        long bytesOfOne = (x.numel() / x.size(0) + OVERHEAD) * FRAMES;
        int most = (int) Math.max(1, Math.min(draw.count(), MOST_BYTES / bytesOfOne));
        return most == draw.count() || most < classes || classes == 0 ? most : most / classes * classes;
    }

    private List<BufferedImage> pictures(int first, Tensor x) {
        try (PointerScope scope = new PointerScope()) {
            return codec.toImages(x.narrow(0, 0, Math.min(x.size(0), shown - first)));
        }
    }

    /** How many of the draw's samples it shows. */
    public int shown() {
        return Math.min(shown, draw.count());
    }

    /** Writes it as a GIF file. */
    public void write(Path file) {
        Sheet sheet = Sheet.of(draw.withCount(shown()), classes);
        List<List<BufferedImage>> ways = looks.ofEqualLength();
        List<BufferedImage> pictures = new ArrayList<>();
        for (int frame = 0; frame < ways.get(0).size(); frame++) {
            int k = frame;
            pictures.add(sheet.picture(ways.stream().map(way -> way.get(k)).toList()));
        }
        pictures.addAll(Collections.nCopies(STILL, pictures.get(pictures.size() - 1)));
        Gif.write(file, pictures, DELAY);
    }
}
