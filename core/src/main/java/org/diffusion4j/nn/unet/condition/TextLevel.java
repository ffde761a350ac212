package org.diffusion4j.nn.unet.condition;

/** A kind of level, by diffusers' name. */
public enum TextLevel {
    /** On the way down, seeing the text. */
    CROSS_DOWN("CrossAttnDownBlock2D", true),
    /** On the way down. */
    DOWN("DownBlock2D", false),
    /** In the middle, seeing the text. */
    CROSS_MIDDLE("UNetMidBlock2DCrossAttn", true),
    /** In the middle. */
    MIDDLE("UNetMidBlock2D", false),
    /** On the way up, seeing the text. */
    CROSS_UP("CrossAttnUpBlock2D", true),
    /** On the way up. */
    UP("UpBlock2D", false);

    private final String published;
    private final boolean seesText;

    TextLevel(String published, boolean seesText) {
        this.published = published;
        this.seesText = seesText;
    }

    /** Whether its pixels attend to each other and to the text. */
    public boolean seesText() {
        return seesText;
    }

    /** Diffusers' name. */
    @Override
    public String toString() {
        return published;
    }
}
