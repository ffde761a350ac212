/** Floor 1: betas, noise levels and time grids, plain float64 Java without a tensor. */
@NullMarked
package org.diffusion4j.schedule;

import org.jspecify.annotations.NullMarked;
