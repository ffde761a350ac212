/** The U-Net, under the names of diffusers and of OpenAI. */
@NullMarked
package org.diffusion4j.nn.unet;

import org.jspecify.annotations.NullMarked;
