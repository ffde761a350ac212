/** What every forecaster has to be compared with. */
@NullMarked
package org.diffusion4j.series.baseline;

import org.jspecify.annotations.NullMarked;
