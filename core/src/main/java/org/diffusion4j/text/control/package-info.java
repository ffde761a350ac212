/** Floor 5: what models of texts are steered by: networks that recognise in noisy texts what is wanted, and their gradients. */
@NullMarked
package org.diffusion4j.text.control;

import org.jspecify.annotations.NullMarked;
