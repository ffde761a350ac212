package org.diffusion4j.data.captions;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;
import org.diffusion4j.data.ImageDataset;

/** Images, and the captions of each. */
record Captioned(ImageDataset images, IntFunction<List<String>> of) implements CaptionedImages {

    @Override
    public List<String> captions(int i) {
        return of.apply(i);
    }

    @Override
    public String name() {
        return images.name();
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public int channels() {
        return images.channels();
    }

    @Override
    public int height() {
        return images.height();
    }

    @Override
    public int width() {
        return images.width();
    }

    @Override
    public List<String> labelNames() {
        return images.labelNames();
    }

    @Override
    public int label(int i) {
        return images.label(i);
    }

    @Override
    public void copy(int i, ByteBuffer target) {
        images.copy(i, target);
    }
}
