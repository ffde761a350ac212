/** Floor 5: models of texts: what they learn from, how they write, and how well. */
@NullMarked
package org.diffusion4j.text;

import org.jspecify.annotations.NullMarked;
