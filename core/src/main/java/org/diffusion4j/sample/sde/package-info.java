/**
 * Samplers of the reverse SDE and of its probability-flow ODE, after Song and Ermon: predictors and correctors, annealed Langevin
 * dynamics, an adaptive Runge-Kutta solver. They take every process; where a formula needs derivatives and the process is a table, the
 * variance-preserving SDE of the same noise levels stands for it.
 */
@NullMarked
package org.diffusion4j.sample.sde;

import org.jspecify.annotations.NullMarked;
