/** Data sets by name: the published ones, where they lie, and how they are downloaded. */
@NullMarked
package org.diffusion4j.data.catalog;

import org.jspecify.annotations.NullMarked;
