/** Training by a recipe: the command, and a class for each kind of recipe. */
@NullMarked
package org.diffusion4j.cli.train;

import org.jspecify.annotations.NullMarked;
