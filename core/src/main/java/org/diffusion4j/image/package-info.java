/** Floor 5: models of images: how they are trained and drawn from, and what one does with pictures. */
@NullMarked
package org.diffusion4j.image;

import org.jspecify.annotations.NullMarked;
