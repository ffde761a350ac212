package org.diffusion4j.data.text;

/**
 * Neighbouring words that belong together.
 *
 * @param first the number of its first word in the text, from 0
 * @param last that of its last word
 * @param label what it is, such as {@code NP}, a noun phrase
 */
public record Phrase(int first, int last, String label) {}
