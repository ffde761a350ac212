/** Floor 2: the forward process, what a network's output means, and the algebra between x0, eps and v. */
@NullMarked
package org.diffusion4j.process;

import org.jspecify.annotations.NullMarked;
