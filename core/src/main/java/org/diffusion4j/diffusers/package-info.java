/** Floor 4: the scheduler files of diffusers as our processes, time grids and samplers. */
@NullMarked
package org.diffusion4j.diffusers;

import org.jspecify.annotations.NullMarked;
