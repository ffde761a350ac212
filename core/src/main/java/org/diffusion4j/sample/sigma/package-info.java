/** Samplers that step in the noise level sigma, after EDM and k-diffusion: Euler, Heun, LMS and the ancestral ones. */
@NullMarked
package org.diffusion4j.sample.sigma;

import org.jspecify.annotations.NullMarked;
