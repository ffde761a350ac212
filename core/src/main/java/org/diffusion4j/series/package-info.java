/** Floor 5: models of time series: what they learn from, how they forecast, and how well. */
@NullMarked
package org.diffusion4j.series;

import org.jspecify.annotations.NullMarked;
