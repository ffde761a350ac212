/** Floor 3: the Denoiser and wrappers of it that clip, the Sampler and the loop of all samplers, and samplers by name. */
@NullMarked
package org.diffusion4j.sample;

import org.jspecify.annotations.NullMarked;
