package org.diffusion4j.cli;

/** The command line. */
public final class Diffuse {

    private Diffuse() {}

    public static void main(String[] args) {}
}
