/** Training of the classifier by whose features samples are measured. */
@NullMarked
package org.diffusion4j.image.classifier;

import org.jspecify.annotations.NullMarked;
