/** Commands that draw and edit pictures. */
@NullMarked
package org.diffusion4j.cli.picture;

import org.jspecify.annotations.NullMarked;
