package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import org.diffusion4j.process.Prediction;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint of one file does not say. By default it is as in the published model of its kind.
 *
 * @param config a folder in the layout of diffusers whose configurations, tokenizers and scheduler are taken; its weights need not be there
 * @param prediction what the network predicts, noise or v; by default what the folder says, else v of Stable Diffusion 2 and noise of all others
 */
public record SingleFileOptions(
        @Nullable Path config, @Nullable Prediction prediction) {

    /** As in the published models. */
    public static final SingleFileOptions PUBLISHED = new SingleFileOptions(null, null);

    public SingleFileOptions {
        require(
                prediction == null || Prediction.EPS.equals(prediction) || Prediction.V.equals(prediction),
                "Stable Diffusion predicts eps or v, not %s",
                prediction);
    }
}
