/** The study: many ways of sampling, measured and shown side by side. */
@NullMarked
package org.diffusion4j.image.study;

import org.jspecify.annotations.NullMarked;
