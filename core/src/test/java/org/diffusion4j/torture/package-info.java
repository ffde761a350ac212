/** Tests that try long and hard to break what users rely on: {@code mvn verify -Ptorture}. In the normal build they are short. */
@NullMarked
package org.diffusion4j.torture;

import org.jspecify.annotations.NullMarked;
