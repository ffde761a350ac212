package org.diffusion4j.image.guidance;

/**
 * A steering, and what it is known by in files that keep what it drew.
 *
 * @param identity such as {@code guide}, or {@code classifier}, and the hash of its weights; empty where nothing steers
 */
public record Steered(Steering by, String identity) {

    /** Nothing steers. */
    public static final Steered NOT = new Steered(Steering.NONE, "");

    /**
     * By a worse model.
     *
     * @param hash what that model is known by
     */
    public static Steered of(Autoguidance guide, String hash) {
        return new Steered(guide, "guide " + hash);
    }

    /**
     * By a classifier.
     *
     * @param hash what the classifier is known by
     */
    public static Steered of(ClassifierSteering classifier, String hash) {
        return new Steered(classifier, "classifier " + hash + " " + classifier.scale());
    }
}
