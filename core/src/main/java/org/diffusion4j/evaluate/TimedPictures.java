package org.diffusion4j.evaluate;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Pictures that say how long it takes to make them. */
record TimedPictures(Pictures pictures, Listener listener) implements Pictures {

    /** Is told of every run of pictures that was made. */
    @FunctionalInterface
    interface Listener {
        void made(int count, double seconds);
    }

    @Override
    public int count() {
        return pictures.count();
    }

    @Override
    public int classes() {
        return pictures.classes();
    }

    @Override
    public int label(int i) {
        return pictures.label(i);
    }

    @Override
    public Map<String, Object> identity() {
        return pictures.identity();
    }

    @Override
    public Tensor pixels(int first, int count) {
        long begun = System.nanoTime();
        Tensor pixels = pictures.pixels(first, count);
        listener.made(count, (System.nanoTime() - begun) / 1e9);
        return pixels;
    }
}
