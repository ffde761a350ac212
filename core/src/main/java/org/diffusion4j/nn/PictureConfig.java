package org.diffusion4j.nn;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a network of pictures looks like, as far as models and their folders need to know it. */
public interface PictureConfig {

    /** Height and width, or one number for both; empty where it does not say. */
    List<Integer> pictureSize();

    /** Of the input. */
    int inChannels();

    /** Of the output. */
    int outChannels();

    /** How many channels the features of a whole picture have, which says how much memory a picture takes. */
    int firstWidth();

    /** The rows of the table of classes; null for an unconditional network. */
    @Nullable
    Integer numClassEmbeds();

    /** The keys of a {@code config.json}; of another class than diffusers' {@code UNet2DModel} with {@code _class_name}. */
    Map<String, @Nullable Object> toMap();

    /** A new network in float32, owned by the caller. */
    PictureNetwork newNetwork(long seed);
}
