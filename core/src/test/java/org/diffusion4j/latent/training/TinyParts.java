package org.diffusion4j.latent.training;

import java.nio.file.Path;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.latent.ColourSquares;
import org.diffusion4j.latent.autoencoder.AutoencoderRecipe;
import org.diffusion4j.latent.autoencoder.AutoencoderTraining;
import org.diffusion4j.latent.clip.ClipRecipe;
import org.diffusion4j.latent.clip.ClipTraining;
import org.diffusion4j.train.TrainListener;

/** The smallest autoencoder and CLIP that know colours, and recipes of models between them. */
final class TinyParts {

    private final Path autoencoder;
    private final Path clip;

    private TinyParts(Path autoencoder, Path clip) {
        this.autoencoder = autoencoder;
        this.clip = clip;
    }

    /** Trains them below a folder. */
    static TinyParts in(Path folder) {
        return new TinyParts(autoencoder(folder.resolve("autoencoder"), 160), clip(folder.resolve("clip")));
    }

    /** An autoencoder of 4×4 latents with three channels. */
    static Path autoencoder(Path run, int steps) {
        CaptionedImages colours = ColourSquares.times(1);
        AutoencoderRecipe recipe = AutoencoderRecipe.defaults()
                .with(
                        "model.blockOutChannels=[8,8]",
                        "model.normNumGroups=4",
                        "model.latentChannels=3",
                        "train.batchSize=8",
                        "train.learningRate=1e-2",
                        "train.warmupSteps=5",
                        "train.steps=" + steps,
                        "train.emaDecay=0.9",
                        "train.sampleCount=0");
        try (AutoencoderTraining training = AutoencoderTraining.begin(recipe, colours, run, false)) {
            training.run(TrainListener.NONE);
            return training.modelFolder();
        }
    }

    private static Path clip(Path run) {
        ClipRecipe recipe = ColourSquares.clip("text.merges=40", "train.steps=60", "train.emaDecay=0.9");
        try (ClipTraining training = ClipTraining.begin(recipe, ColourSquares.times(1), run, false)) {
            training.run(TrainListener.NONE);
            return training.modelFolder();
        }
    }

    Path clip() {
        return clip;
    }

    /** A recipe for colour squares. */
    LatentRecipe recipe(int steps) {
        return LatentRecipe.defaults()
                .with(
                        "model.sampleSize=4",
                        "model.inChannels=3",
                        "model.outChannels=3",
                        "model.blockOutChannels=32",
                        "model.downBlockTypes=CrossAttnDownBlock2D",
                        "model.upBlockTypes=CrossAttnUpBlock2D",
                        "model.normNumGroups=4",
                        "model.attentionHeadDim=2",
                        "model.crossAttentionDim=16",
                        "train.batchSize=16",
                        "train.learningRate=3e-3",
                        "train.warmupSteps=10",
                        "train.decayTo=0.1",
                        "train.steps=" + steps,
                        "train.emaDecay=0.98",
                        "train.checkpointEvery=0",
                        "train.sampleEvery=0",
                        "train.validateEvery=0",
                        "train.sampleCount=8",
                        "train.precision=float32",
                        "data.validation=8",
                        "sample.steps=8",
                        "sample.guidance=3")
                .withAutoencoder(autoencoder.toString())
                .withClip(clip.toString());
    }
}
