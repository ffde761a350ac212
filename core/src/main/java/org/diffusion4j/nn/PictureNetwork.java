package org.diffusion4j.nn;

/** A network of pictures that models hold and model folders keep. */
public interface PictureNetwork extends Network {

    /** What it looks like. */
    PictureConfig config();
}
