/** Metrics of {@code evaluate}. */
@NullMarked
package org.diffusion4j.cli.metric;

import org.jspecify.annotations.NullMarked;
