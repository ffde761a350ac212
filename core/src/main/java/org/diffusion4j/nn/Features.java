package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * What a network sees in a batch of pictures. Both tensors belong to the scope in which they were made.
 *
 * @param vectors {@code [batch, features]}, by which pictures are compared
 * @param logits {@code [batch, classes]}, before the softmax
 */
public record Features(Tensor vectors, Tensor logits) {}
