package org.diffusion4j.text;

/**
 * A text that a model wrote.
 *
 * @param index its number, from 0
 * @param surprise −log p(token | x) of what the sampler ended at, mean over the row in nats: near 0 where every vector is an embedding
 */
public record WrittenText(int index, String text, double surprise) {}
