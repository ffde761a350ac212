/** How far pictures are what words asked for. */
@NullMarked
package org.diffusion4j.latent.measure;

import org.jspecify.annotations.NullMarked;
