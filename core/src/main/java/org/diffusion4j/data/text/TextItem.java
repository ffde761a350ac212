package org.diffusion4j.data.text;

/**
 * A line of a file of texts.
 *
 * @param facts what the text tells, as E2E's files have it before {@code ||}: {@code name : X | Type : pub}; empty where there is nothing
 */
public record TextItem(String facts, String text) {}
