package org.diffusion4j.io;

import java.io.IOException;
import java.io.InputStream;
import org.diffusion4j.engine.DiffusionException;

/** The files of the models that come with the library, in the artifact {@code diffusion4j-models}. */
public final class ModelsJar {

    private static final String FOLDER = "/org/diffusion4j/models/";

    private ModelsJar() {}

    /**
     * A file, whole.
     *
     * @param file its path among the models, such as {@code mnist/card.json}
     * @throws DiffusionException if that artifact is not on the class path
     */
    public static byte[] bytes(String file) {
        try (InputStream in = ModelsJar.class.getResourceAsStream(FOLDER + file)) {
            if (in == null) {
                throw new DiffusionException(file
                        + ": is not on the class path; add org.diffusion4j:diffusion4j-models in the version"
                        + " of this library");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new DiffusionException(file + " of diffusion4j-models cannot be read: " + e.getMessage(), e);
        }
    }
}
