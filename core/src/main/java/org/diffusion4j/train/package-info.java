/** Floor 4: the trainer of networks on any kind of data, losses, and run folders with their checkpoints. */
@NullMarked
package org.diffusion4j.train;

import org.jspecify.annotations.NullMarked;
