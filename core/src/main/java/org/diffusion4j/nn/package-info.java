/** Floor 2: networks, their parameters under published names, their conditions, and the layers that they are made of. */
@NullMarked
package org.diffusion4j.nn;

import org.jspecify.annotations.NullMarked;
