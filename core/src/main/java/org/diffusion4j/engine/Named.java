package org.diffusion4j.engine;

/**
 * What stands in files under its name: {@code toString} is that name, and a static method {@code named(String)} of the type that extends
 * this interface finds it again or refuses it with an {@link IllegalArgumentException}. {@link Records} reads and writes components of
 * such types; enums need no more than their {@code toString}.
 */
public interface Named {}
