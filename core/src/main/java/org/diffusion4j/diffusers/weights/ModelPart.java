package org.diffusion4j.diffusers.weights;

/** A network of Stable Diffusion, in the order of drawing. */
public enum ModelPart {
    /** The text encoder; of SDXL the first. */
    TEXT_ENCODER("text_encoder"),

    /** The second text encoder, of SDXL alone. */
    TEXT_ENCODER_2("text_encoder_2"),

    /** The network that removes noise. */
    UNET("unet"),

    /** The autoencoder. */
    VAE("vae");

    private final String folder;

    ModelPart(String folder) {
        this.folder = folder;
    }

    /** The folder of this part in diffusers' layout. */
    public String folder() {
        return folder;
    }
}
