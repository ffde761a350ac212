/** Floor 3: networks and their parameters, under the names of the published checkpoints. */
@NullMarked
package org.diffusion4j.nn;

import org.jspecify.annotations.NullMarked;
