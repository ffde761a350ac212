package org.diffusion4j.cli.console;

import picocli.CommandLine.IVersionProvider;

/** This program: its version, read from its jar, and how the user called it. */
public final class Program implements IVersionProvider {

    /** How the user called this program: the launcher says so, and examples can be copied as they stand. */
    public static final String CALLED = System.getProperty("diffuse.called", "diffuse");

    @Override
    public String[] getVersion() {
        return new String[] {"diffuse " + version()};
    }

    public static String version() {
        String version = Program.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
