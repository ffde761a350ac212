/** Options that several commands share, and the command that makes something again. */
@NullMarked
package org.diffusion4j.cli.option;

import org.jspecify.annotations.NullMarked;
