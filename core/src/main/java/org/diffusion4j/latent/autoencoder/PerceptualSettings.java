package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.measure.Classifier;
import org.jspecify.annotations.Nullable;

/**
 * By whose features an autoencoder's pictures are compared in its training, beside their values.
 *
 * @param model the file of a classifier, as {@code diffuse classifier train} writes it, or {@code mnist} for the one that comes with the
 *     library
 * @param weight how much the distance counts beside the absolute error of a value; 1 in latent diffusion's code
 * @param hash the first twelve digits of the file's SHA-256, to hold a training to it; null until a training begins
 */
public record PerceptualSettings(
        String model,
        double weight,
        @Records.Omittable @Nullable String hash) {

    private static final String SHIPPED = "mnist";

    public PerceptualSettings {
        require(!model.isBlank(), "perceptual.model must be mnist or the file of a classifier, was empty");
        require(weight > 0, "perceptual.weight must be above 0, was %s; omit perceptual for none", weight);
    }

    /** These with the hash of the file. */
    PerceptualSettings resolved() {
        try (Classifier classifier = open()) {
            return Records.with(this, "hash", classifier.hash());
        }
    }

    /**
     * The classifier, owned by the caller.
     *
     * @throws FormatException if the file is not a classifier's, or not the one of {@code hash}
     */
    Classifier open() {
        Classifier classifier = model.equals(SHIPPED) ? Classifier.mnist() : Classifier.read(Path.of(model));
        if (hash != null && !hash.equals(classifier.hash())) {
            String found = classifier.hash();
            classifier.close();
            throw new FormatException(
                    "perceptual.model: " + model + " is another file than that of the recipe: its SHA-256"
                            + " begins with " + found + ", not with perceptual.hash " + hash + "; put that one back");
        }
        return classifier;
    }
}
