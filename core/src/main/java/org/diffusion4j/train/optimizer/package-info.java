/** Optimizers over flat buffers: Adam, AdamW, SGD, SGLD. */
@NullMarked
package org.diffusion4j.train.optimizer;

import org.jspecify.annotations.NullMarked;
