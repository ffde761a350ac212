/** Floor 3: wrappers of a denoiser that steer it, by a classifier or without one. */
@NullMarked
package org.diffusion4j.guide;

import org.jspecify.annotations.NullMarked;
