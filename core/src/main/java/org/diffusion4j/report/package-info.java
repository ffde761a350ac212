/** Plots and tables for people to look at. */
@NullMarked
package org.diffusion4j.report;

import org.jspecify.annotations.NullMarked;
