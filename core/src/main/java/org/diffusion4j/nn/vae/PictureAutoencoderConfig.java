package org.diffusion4j.nn.vae;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a {@link PictureAutoencoder} looks like, as far as trainings and folders need to know it. */
public sealed interface PictureAutoencoderConfig permits AutoencoderKLConfig, VQModelConfig {

    /** Diffusers' name of the class. */
    String className();

    /** Of the pictures that are encoded. */
    int inChannels();

    /** Of the pictures that are decoded. */
    int outChannels();

    /** By how much a latent is smaller than its picture, on each side. */
    int factor();

    /** Diffusers' keys and values in alphabetical order, as a {@code config.json} has them. */
    Map<String, @Nullable Object> toMap();

    /** A new autoencoder in float32, owned by the caller. */
    PictureAutoencoder newAutoencoder(long seed);
}
