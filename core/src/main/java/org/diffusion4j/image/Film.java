package org.diffusion4j.image;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.io.Gif;
import org.diffusion4j.sample.SampleListener;

/** Watches a draw and shows its samples on their way from noise to picture. Not thread-safe. */
public final class Film implements DiffusionModel.DrawListener {

    private static final int FRAMES = 50;
    private static final int DELAY = 6;
    private static final int STILL = 20; // how often the last frame is shown

    private final PixelCodec codec = new PixelCodec();
    private final List<List<BufferedImage>> frames = new ArrayList<>();

    /** Takes a frame, at most {@value #FRAMES} of a draw and always the last. */
    @Override
    public void onStep(int first, SampleListener.Step step) {
        int frame = (step.index() + 1) * Math.min(FRAMES, step.steps()) / step.steps();
        int before = step.index() * Math.min(FRAMES, step.steps()) / step.steps();
        if (frame > before) {
            while (frames.size() < frame) {
                frames.add(new ArrayList<>());
            }
            frames.get(before).addAll(codec.toImages(step.x()));
        }
    }

    /** Writes it as a GIF file. */
    public void write(Path file, Sheet sheet) {
        List<BufferedImage> pictures = new ArrayList<>();
        frames.forEach(samples -> pictures.add(sheet.picture(samples)));
        pictures.addAll(Collections.nCopies(STILL, pictures.get(pictures.size() - 1)));
        Gif.write(file, pictures, DELAY);
    }
}
