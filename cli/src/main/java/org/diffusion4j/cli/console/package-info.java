/** What every command does alike: progress, what is written, stopping by a signal, and errors in one line. */
@NullMarked
package org.diffusion4j.cli.console;

import org.jspecify.annotations.NullMarked;
