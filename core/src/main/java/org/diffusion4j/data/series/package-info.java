/** Floor 2: tables of time series, their frequency and calendar, and the CSV files that they come from. */
@NullMarked
package org.diffusion4j.data.series;

import org.jspecify.annotations.NullMarked;
