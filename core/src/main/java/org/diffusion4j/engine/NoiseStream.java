package org.diffusion4j.engine;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Unit normal noise for a batch of samples, addressed by step: a draw that is not made shifts nothing.
 *
 * <p>Each row of the batch has its own stream, so what a sample sees depends on its seed and index alone, whatever the batch.
 */
public interface NoiseStream {

    /** The address of the draw that becomes x_T. */
    int START = 0;

    /**
     * The noise of one step: the same address gives the same noise.
     *
     * @param step {@link #START}, or {@code 1 + i} for the i-th step of a grid; where a sampler draws several times in a step,
     *     {@link #address}
     * @param like its shape {@code [batch, ...]} and dtype are those of the result
     * @return N(0, 1), made in the caller's scope and owned by the caller
     */
    Tensor draw(int step, Tensor like);

    /**
     * The address of one of several draws in a step.
     *
     * @param i the step of the grid, from 0
     * @param draw which of its draws, from 0
     * @param draws how many a step may make; the same in all steps of a call
     */
    static int address(int i, int draw, int draws) {
        return 1 + i * draws + draw;
    }

    /** The same noise times a factor: what EDM calls S_noise and k-diffusion s_noise, a little off 1 against lost or excess detail. */
    default NoiseStream times(double factor) {
        return (step, like) -> Scoped.result(() -> draw(step, like).mul(new Scalar(factor)));
    }
}
