package org.diffusion4j.nn.unet.condition;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What cross attention sees.
 *
 * @param states {@code [batch, length, width]}, in the network's arithmetic
 * @param bias added to the scores of attention, {@code [batch, 1, 1, length]}; null where every position is seen
 */
record TextFeatures(Tensor states, @Nullable Tensor bias) {}
