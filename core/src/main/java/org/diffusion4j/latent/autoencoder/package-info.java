/** Autoencoders of latent diffusion: their recipes and their training. */
@NullMarked
package org.diffusion4j.latent.autoencoder;

import org.jspecify.annotations.NullMarked;
