/** Floor 2: autoencoders of pictures, under diffusers' names. */
@NullMarked
package org.diffusion4j.nn.vae;

import org.jspecify.annotations.NullMarked;
