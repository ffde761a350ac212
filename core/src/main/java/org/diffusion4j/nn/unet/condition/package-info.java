/** The U-Net that sees a text beside x and t, under the names of diffusers' {@code UNet2DConditionModel}. */
@NullMarked
package org.diffusion4j.nn.unet.condition;

import org.jspecify.annotations.NullMarked;
