/** Floor 4: the Denoiser, the samplers over it (one file each) and its wrappers. */
@NullMarked
package org.diffusion4j.sample;

import org.jspecify.annotations.NullMarked;
