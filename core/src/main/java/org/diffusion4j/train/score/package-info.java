/** Losses of models in continuous time and of score models: how times are drawn, what the error counts at each, score matching. */
@NullMarked
package org.diffusion4j.train.score;

import org.jspecify.annotations.NullMarked;
