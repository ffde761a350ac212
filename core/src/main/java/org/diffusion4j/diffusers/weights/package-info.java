/** Floor 4: weights of Stable Diffusion under other names than diffusers' folders have: checkpoints of one file, and LoRA. */
@NullMarked
package org.diffusion4j.diffusers.weights;

import org.jspecify.annotations.NullMarked;
