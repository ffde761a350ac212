/** Networks of score-based models: the U-Nets of score SDEs and of EDM, and the RefineNets of NCSN and NCSNv2. */
@NullMarked
package org.diffusion4j.nn.score;

import org.jspecify.annotations.NullMarked;
