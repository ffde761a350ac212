package org.diffusion4j.report;

/** Text inside XML, SVG and HTML. */
public final class Xml {

    private Xml() {}

    /** The text as it stands between tags and in attributes that are quoted by {@code "}. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
