/** The command line {@code diffuse}: one class a subcommand; those of pictures have a room of their own. */
@NullMarked
package org.diffusion4j.cli;

import org.jspecify.annotations.NullMarked;
