/** Floor 4: how good texts are: overlap with other texts, variety, and how likely a model of n-grams finds them. */
@NullMarked
package org.diffusion4j.evaluate.text;

import org.jspecify.annotations.NullMarked;
