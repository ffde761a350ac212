/** The command line {@code diffuse}: one class a subcommand. */
@NullMarked
package org.diffusion4j.cli;

import org.jspecify.annotations.NullMarked;
