/** Samplers that step along the timesteps of a chain: DDPM, DDIM, PNDM and the consistency samplers. */
@NullMarked
package org.diffusion4j.sample.chain;

import org.jspecify.annotations.NullMarked;
