/** Floor 2: CLIP's networks, under the names of transformers. */
@NullMarked
package org.diffusion4j.nn.clip;

import org.jspecify.annotations.NullMarked;
