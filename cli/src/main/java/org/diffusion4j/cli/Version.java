package org.diffusion4j.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of this program, read from its jar. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {"diffuse " + text()};
    }

    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
