/** Pictures with captions, from files or put together from digits. */
@NullMarked
package org.diffusion4j.data.captions;

import org.jspecify.annotations.NullMarked;
