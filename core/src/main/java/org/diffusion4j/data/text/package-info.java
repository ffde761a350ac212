/** Floor 2: files of texts, their vocabulary, and rows of tokens. */
@NullMarked
package org.diffusion4j.data.text;

import org.jspecify.annotations.NullMarked;
