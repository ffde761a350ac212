/** Floor 5: recipes, the trainer, run folders. */
@NullMarked
package org.diffusion4j.train;

import org.jspecify.annotations.NullMarked;
