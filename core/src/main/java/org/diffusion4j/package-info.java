/** Floor 6: load, sample and train in a few lines. */
@NullMarked
package org.diffusion4j;

import org.jspecify.annotations.NullMarked;
