/** Floor 4: metrics of samples, from the features that a network sees in them, and likelihood. */
@NullMarked
package org.diffusion4j.evaluate;

import org.jspecify.annotations.NullMarked;
