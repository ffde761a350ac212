package org.diffusion4j.nn.score;

import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.PictureConfig;
import org.jspecify.annotations.Nullable;

/** The networks of score models by the names of their classes in recipes and model folders. */
public final class ScoreNetworks {

    private static final List<String> CLASSES = List.of(ScoreUNetConfig.CLASS, RefineNetConfig.CLASS);

    private ScoreNetworks() {}

    /** Whether that is the name of such a class. */
    public static boolean has(@Nullable Object className) {
        return className instanceof String && CLASSES.contains(className);
    }

    /**
     * Reads a configuration; what is missing is as published for CIFAR-10.
     *
     * @param className of the network
     * @param names how the keys are written
     * @param source where the tree comes from, for messages
     * @throws IllegalArgumentException if there is no such class
     * @throws org.diffusion4j.engine.FormatException if a key is not known, or a value is of the wrong type or refused
     */
    public static PictureConfig read(String className, Records names, Map<String, ?> tree, String source) {
        String known = DidYouMean.choose("network", className, CLASSES);
        return known.equals(RefineNetConfig.CLASS)
                ? names.read(RefineNetConfig.cifar10(), tree, source)
                : names.read(ScoreUNetConfig.cifar10(), tree, source);
    }
}
