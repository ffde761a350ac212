/** Images: the model, how it is drawn from, and what one does with pictures. */
@NullMarked
package org.diffusion4j.image;

import org.jspecify.annotations.NullMarked;
