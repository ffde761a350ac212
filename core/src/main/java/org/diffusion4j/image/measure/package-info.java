/** What measures models of images: their samples, their likelihood, and the networks that look at pictures for it. */
@NullMarked
package org.diffusion4j.image.measure;

import org.jspecify.annotations.NullMarked;
