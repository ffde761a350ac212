/** Floor 5: texts and pictures compared by CLIP, from its published folders. */
@NullMarked
package org.diffusion4j.latent.clip;

import org.jspecify.annotations.NullMarked;
