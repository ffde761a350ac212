/** Floor 3: data sets, and the codecs between data and x0. */
@NullMarked
package org.diffusion4j.data;

import org.jspecify.annotations.NullMarked;
