/** Steering of models of images by a classifier of noisy pictures, and the training of one. */
@NullMarked
package org.diffusion4j.image.guidance;

import org.jspecify.annotations.NullMarked;
