package org.diffusion4j.latent.autoencoder;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.Subset;
import org.diffusion4j.image.ImageExamples;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.nn.vae.PatchDiscriminator;
import org.diffusion4j.nn.vae.PictureAutoencoder;
import org.diffusion4j.nn.vae.VQModel;
import org.diffusion4j.train.Examples;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;
import org.jspecify.annotations.Nullable;

/**
 * One training of an autoencoder in its run folder, begun anew or resumed. While it is open nobody else can train in that folder. The
 * model's folder is as diffusers' {@code vae} or {@code vqvae} folders are; a discriminator is in the checkpoints alone.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class AutoencoderTraining extends RunFolder.Session<AutoencoderRecipe, AutoencoderTraining.Parts> {

    private AutoencoderTraining(
            RunFolder<AutoencoderRecipe> folder, Parts parts, Trainer trainer, TrainListener recorder) {
        super(folder, parts, trainer, recorder);
    }

    /**
     * The autoencoder in training, and what it is trained with.
     *
     * <p>Threads: as the training.
     */
    public static final class Parts implements AutoCloseable {

        private final PictureAutoencoder autoencoder;
        private final @Nullable Classifier classifier;
        private final @Nullable PatchDiscriminator discriminator;

        private Parts(
                PictureAutoencoder autoencoder,
                @Nullable Classifier classifier,
                @Nullable PatchDiscriminator discriminator) {
            this.autoencoder = autoencoder;
            this.classifier = classifier;
            this.discriminator = discriminator;
        }

        /** The parts of a recipe, each pushed on what is open as soon as it is made. */
        private static Parts of(AutoencoderRecipe recipe, Deque<AutoCloseable> opened) {
            long seed = recipe.train().seed();
            int channels = recipe.network().inChannels();
            PictureAutoencoder autoencoder = recipe.network().newAutoencoder(seed);
            opened.push(autoencoder);
            PerceptualSettings perceptual = recipe.perceptual();
            Classifier classifier = null;
            if (perceptual != null) {
                classifier = perceptual.open();
                opened.push(classifier);
            }
            DiscriminatorSettings settings = recipe.discriminator();
            PatchDiscriminator discriminator = null;
            if (settings != null) {
                discriminator = new PatchDiscriminator(settings.network(channels), seed, ScalarType.Float);
                opened.push(discriminator);
            }
            return new Parts(autoencoder, classifier, discriminator);
        }

        /** The autoencoder, borrowed; its weights are those of the last step, not the averaged ones. */
        public PictureAutoencoder autoencoder() {
            return autoencoder;
        }

        /** What it is trained against, borrowed; empty where there is nothing. */
        public Optional<PatchDiscriminator> discriminator() {
            return Optional.ofNullable(discriminator);
        }

        private AutoencoderLoss loss(AutoencoderRecipe recipe) {
            PerceptualSettings perceptual = recipe.perceptual();
            return new AutoencoderLoss(
                    bottleneck(recipe),
                    classifier == null ? null : new PerceptualDistance(classifier),
                    perceptual == null ? 0 : perceptual.weight());
        }

        private Bottleneck bottleneck(AutoencoderRecipe recipe) {
            if (autoencoder instanceof VQModel vq) {
                return new VqBottleneck(vq, recipe.beta());
            }
            return new KlBottleneck((AutoencoderKL) autoencoder, recipe.klWeight()); // the other class there is
        }

        private Trainer.@Nullable Opponent opponent(AutoencoderRecipe recipe, AutoencoderLoss loss) {
            DiscriminatorSettings settings = recipe.discriminator();
            return settings == null || discriminator == null
                    ? null
                    : new Adversary(loss, autoencoder, discriminator, settings).opponent();
        }

        @Override
        public void close() {
            autoencoder.close();
            if (classifier != null) {
                classifier.close();
            }
            if (discriminator != null) {
                discriminator.close();
            }
        }
    }

    /**
     * Begins a training. What can be refused is refused before anything in the folder changes.
     *
     * @param data of which {@code data.validation} pictures, drawn by chance, are held out
     * @param replace whether a run that is in the folder is removed
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if a run is there and shall not be replaced, if somebody trains in the folder,
     *     or if it cannot be written
     * @throws IllegalArgumentException if recipe and data do not fit
     */
    public static AutoencoderTraining begin(AutoencoderRecipe recipe, ImageDataset data, Path folder, boolean replace) {
        return open(RunFolder.create(folder, recipe.resolved(), replace), data, warning -> {});
    }

    /**
     * Goes on where the newest checkpoint that is whole left a training. One that is refused is as it was.
     *
     * @param data the same as before
     * @param changes assignments such as {@code train.steps=4000}, to what does not change the steps that were made
     * @param warnings receives a line for each checkpoint that is damaged
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if there is no run, if it was another recipe or other data, if somebody trains
     *     in the folder, or if it cannot be written
     */
    public static AutoencoderTraining resume(
            Path folder, ImageDataset data, List<String> changes, Consumer<String> warnings) {
        return open(
                RunFolder.resume(
                        folder, file -> AutoencoderRecipe.read(file, changes).resolved()),
                data,
                warnings);
    }

    private static AutoencoderTraining open(
            RunFolder<AutoencoderRecipe> folder, ImageDataset data, Consumer<String> warnings) {
        AutoencoderRecipe recipe = folder.recipe();
        requireFits(recipe, data);
        return open(folder, opened -> {
            Parts parts = Parts.of(recipe, opened);
            requireSees(recipe, parts);
            PictureAutoencoder autoencoder = parts.autoencoder;
            AutoencoderLoss loss = parts.loss(recipe);
            int heldOut = recipe.data().validation();
            Subset.@Nullable Split split =
                    heldOut == 0 ? null : Subset.holdOutRandom(data, heldOut, Trainer.VALIDATION_SEED);
            Examples validation = split == null ? null : examples(recipe, split.heldOut(), true);
            Examples training = examples(recipe, split == null ? data : split.training(), false);
            Trainer trainer = new Trainer(
                    recipe,
                    new AutoencoderNetwork(autoencoder),
                    loss,
                    training,
                    validation,
                    parts.opponent(recipe, loss));
            opened.push(trainer);
            TrainListener recorder = folder.begin(
                    trainer, (model, average) -> AutoencoderFolder.write(autoencoder, model, average), warnings);
            return new AutoencoderTraining(
                    folder,
                    parts,
                    trainer,
                    TrainListener.all(
                            recorder,
                            new Reconstructions(autoencoder, validation == null ? training : validation, folder)));
        });
    }

    private static void requireFits(AutoencoderRecipe recipe, ImageDataset data) {
        int channels = recipe.network().inChannels();
        require(
                data.channels() == channels,
                "%s: the pictures have %s channels, the autoencoder %s; set model.inChannels and model.outChannels",
                data.name(),
                data.channels(),
                channels);
        int factor = recipe.network().factor();
        require(
                data.height() % factor == 0 && data.width() % factor == 0,
                "%s: the pictures are %s×%s, which does not divide by the autoencoder's %s; set data.size or fewer model.blockOutChannels",
                data.name(),
                data.width(),
                data.height(),
                factor);
        int values = channels * data.height() * data.width();
        int latents = recipe.model().latentChannels() * data.height() * data.width() / (factor * factor);
        require(
                recipe.vqModel() != null || latents <= values,
                "the latents have %s values and a picture only %s; take fewer model.latentChannels",
                latents,
                values);
        DiscriminatorSettings discriminator = recipe.discriminator();
        int side = Math.min(data.height(), data.width());
        require(
                discriminator == null || discriminator.network(channels).patches(side) >= 1,
                "%s: the pictures are %s×%s, too small for the discriminator; set fewer discriminator.layers",
                data.name(),
                data.width(),
                data.height());
    }

    private static void requireSees(AutoencoderRecipe recipe, Parts parts) {
        int channels = recipe.network().inChannels();
        Classifier classifier = parts.classifier;
        require(
                classifier == null || classifier.channels() == channels,
                "perceptual.model: the classifier is for pictures of %s channels, these have %s; 'classifier train'"
                        + " makes one of other pictures",
                classifier == null ? 0 : classifier.channels(),
                channels);
    }

    private static Examples examples(AutoencoderRecipe recipe, ImageDataset data, boolean heldOut) {
        int batch = recipe.train().batchSize();
        return heldOut
                ? new ImageExamples(data, Math.min(batch, data.size()), 0, Trainer.VALIDATION_SEED, false)
                : new ImageExamples(
                        data, batch, 0, recipe.train().seed(), recipe.data().flip());
    }
}
