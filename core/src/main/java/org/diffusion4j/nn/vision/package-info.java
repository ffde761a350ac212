/** Networks that look at pictures: the classifier and Inception-v3. */
@NullMarked
package org.diffusion4j.nn.vision;

import org.jspecify.annotations.NullMarked;
