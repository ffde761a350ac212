/** Digits that the program draws itself. */
@NullMarked
package org.diffusion4j.data.glyphs;

import org.jspecify.annotations.NullMarked;
