/** Floor 5: pictures from words: the parts of latent diffusion models, read from the folders that others publish. */
@NullMarked
package org.diffusion4j.latent;

import org.jspecify.annotations.NullMarked;
