/** The training of a U-Net that draws latents from words, between an autoencoder and a text tower that are trained already. */
@NullMarked
package org.diffusion4j.latent.training;

import org.jspecify.annotations.NullMarked;
