/** Samplers that step in lambda, half the log signal-to-noise ratio: DPM-Solver, DEIS, UniPC, SA-Solver. */
@NullMarked
package org.diffusion4j.sample.lambda;

import org.jspecify.annotations.NullMarked;
