/** Floor 2: the transformer of Diffusion-LM, under its names. */
@NullMarked
package org.diffusion4j.nn.text;

import org.jspecify.annotations.NullMarked;
