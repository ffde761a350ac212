/** Floor 5: what a trained model is worth. */
@NullMarked
package org.diffusion4j.evaluate;

import org.jspecify.annotations.NullMarked;
