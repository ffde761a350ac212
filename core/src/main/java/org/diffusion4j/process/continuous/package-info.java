/**
 * Processes in continuous time beside those of {@link org.diffusion4j.process}, the chain of levels that became one of them, and how
 * the networks of EDM's paper are wrapped.
 */
@NullMarked
package org.diffusion4j.process.continuous;

import org.jspecify.annotations.NullMarked;
