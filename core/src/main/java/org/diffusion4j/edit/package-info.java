/** Floor 3: what one does with a denoiser beside drawing: inpainting, inversion, SDEdit, interpolation of noise. */
@NullMarked
package org.diffusion4j.edit;

import org.jspecify.annotations.NullMarked;
