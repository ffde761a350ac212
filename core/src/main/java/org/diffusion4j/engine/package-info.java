/** Floor 0: libtorch set up well: threads, memory, precision, noise streams, cancelling, and the errors of the library. */
@NullMarked
package org.diffusion4j.engine;

import org.jspecify.annotations.NullMarked;
