/** How fast the library is on this machine. */
@NullMarked
package org.diffusion4j.benchmarks;

import org.jspecify.annotations.NullMarked;
