/** Floor 2: data sets of images, and the codecs between data and x0. */
@NullMarked
package org.diffusion4j.data;

import org.jspecify.annotations.NullMarked;
