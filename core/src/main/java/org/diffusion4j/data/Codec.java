package org.diffusion4j.data;

import org.bytedeco.pytorch.Tensor;

/**
 * How data become x0 and back: pixels, latents, embeddings, series. An open room; {@link PixelCodec} is the first in it.
 *
 * <p>Threads: implementations may be shared.
 */
public interface Codec {

    /**
     * Data as x0.
     *
     * @param data {@code [batch, ...]}, borrowed
     * @return {@code [batch, ...]}, made in the caller's scope and owned by the caller
     */
    Tensor encode(Tensor data);

    /**
     * x0 as data.
     *
     * @param x0 {@code [batch, ...]}, borrowed
     * @return {@code [batch, ...]}, made in the caller's scope and owned by the caller
     */
    Tensor decode(Tensor x0);
}
