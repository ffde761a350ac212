package org.diffusion4j.latent.training;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.latent.Preview;
import org.diffusion4j.latent.autoencoder.AutoencoderFolder;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.nn.unet.condition.UNet2DConditionConfig;
import org.diffusion4j.nn.vae.AutoencoderKLConfig;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.train.DenoisingLoss;
import org.diffusion4j.train.Examples;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.Trainer;
import org.jspecify.annotations.Nullable;

/**
 * One training of a latent diffusion model in its run folder, begun anew or resumed: of the U-Net alone, between an autoencoder and a text
 * tower that are there. While it is open nobody else can train in that folder. The model's folder is as diffusers has it, so that {@link
 * LatentModel#load} reads it.
 *
 * <p>Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022, section 3.3. The latents of all pictures
 * are encoded before the first step and kept beside the run, the features of all captions in memory.
 *
 * <p>Threads: {@link #requestStop} and {@link #close} may be called by any; all else by one.
 */
public final class LatentTraining extends RunFolder.Session<LatentRecipe, LatentTraining.Parts> {

    private static final int PREVIEWED = 256; // pictures, which are plenty for a dozen numbers

    private LatentTraining(RunFolder<LatentRecipe> folder, Parts parts, Trainer trainer, TrainListener recorder) {
        super(folder, parts, trainer, recorder);
    }

    /**
     * The model in training with what it learns from.
     *
     * <p>Threads: as the training.
     */
    public static final class Parts implements AutoCloseable {

        private final LatentModel model;
        private final EncodedData encoded;
        private final CaptionFeatures features;

        private Parts(LatentModel model, EncodedData encoded, CaptionFeatures features) {
            this.model = model;
            this.encoded = encoded;
            this.features = features;
        }

        /** The model, borrowed; it draws with the weights of the last step, not with the averaged ones. */
        public LatentModel model() {
            return model;
        }

        /** By how much latents are multiplied: 1 / their standard deviation. */
        public double scalingFactor() {
            return encoded.autoencoder().config().scalingFactor();
        }

        @Override
        public void close() {
            model.close();
            encoded.close();
            features.close();
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
     * @throws org.diffusion4j.engine.FormatException if the recipe's autoencoder or CLIP cannot be read
     * @throws IllegalArgumentException if recipe, data and these do not fit
     */
    public static LatentTraining begin(LatentRecipe recipe, CaptionedImages data, Path folder, boolean replace) {
        return begin(recipe, data, folder, replace, (done, total) -> {});
    }

    /**
     * The same for who wants to see how far the encoding of the pictures is.
     *
     * @param encoding called on this thread
     */
    public static LatentTraining begin(
            LatentRecipe recipe, CaptionedImages data, Path folder, boolean replace, EncodingListener encoding) {
        return open(RunFolder.create(folder, recipe.resolved(), replace), data, encoding, warning -> {});
    }

    /**
     * Goes on where the newest checkpoint that is whole left a training. One that is refused is as it was.
     *
     * @param data the same as before
     * @param changes assignments such as {@code train.steps=4000}, to what does not change the steps that were made
     * @param warnings receives a line for each checkpoint that is damaged
     * @return owned by the caller, who closes it
     * @throws org.diffusion4j.engine.CheckpointException if there is no run, if it was another recipe or other data, autoencoder or CLIP, if
     *     somebody trains in the folder, or if it cannot be written
     */
    public static LatentTraining resume(
            Path folder, CaptionedImages data, List<String> changes, Consumer<String> warnings) {
        return resume(folder, data, changes, (done, total) -> {}, warnings);
    }

    /**
     * The same for who wants to see how far the encoding of the pictures is, should they have to be encoded again.
     *
     * @param encoding called on this thread
     */
    public static LatentTraining resume(
            Path folder,
            CaptionedImages data,
            List<String> changes,
            EncodingListener encoding,
            Consumer<String> warnings) {
        return open(
                RunFolder.resume(
                        folder, file -> LatentRecipe.read(file, changes).resolved()),
                data,
                encoding,
                warnings);
    }

    private static LatentTraining open(
            RunFolder<LatentRecipe> folder,
            CaptionedImages data,
            EncodingListener encoding,
            Consumer<String> warnings) {
        LatentRecipe recipe = folder.recipe();
        require(
                !recipe.autoencoder().isEmpty(),
                "which autoencoder? say autoencoder, the model folder of its run; 'train"
                        + " recipes/autoencoder-emoji.json' makes one");
        require(
                !recipe.clip().isEmpty(),
                "which CLIP? say clip, the model folder of its run; 'train recipes/clip-emoji.json' makes one");
        Compute exact = new Compute(recipe.train().device(), Precision.FLOAT32);
        return open(folder, opened -> {
            FrozenText text = FrozenText.load(Path.of(recipe.clip()), exact);
            opened.push(text);
            requireFits(recipe, data, text);
            int validation = recipe.data().validation();
            List<CaptionedImages> parts =
                    validation == 0 ? List.of(data) : data.holdOutRandom(validation, Trainer.VALIDATION_SEED);
            CaptionedImages heldOut = validation == 0 ? null : parts.get(1);
            CaptionFeatures features = CaptionFeatures.of(captions(data), text);
            opened.push(features);
            EncodedData encoded = EncodedData.of(recipe, parts.get(0), heldOut, folder.path(), exact, encoding);
            opened.push(encoded);
            UNet2DCondition network =
                    new UNet2DCondition(recipe.model(), recipe.train().seed());
            opened.push(network);
            network.parameters().computeIn(recipe.train().compute());
            LatentModel model =
                    LatentModel.of(text.tokenizer(), text.tower(), network, encoded.autoencoder(), recipe.scheduler());
            requireDrawable(recipe, model);
            Trainer trainer = trainer(recipe, model, parts.get(0), heldOut, encoded, features, text);
            opened.push(trainer);
            LatentFolder files = new LatentFolder(
                    recipe, network, encoded.autoencoder(), text, preview(parts.get(0), encoded.training()));
            TrainListener recorder = folder.begin(trainer, files::write, warnings);
            encoded.keep(folder.path());
            return new LatentTraining(
                    folder,
                    new Parts(model, encoded, features),
                    trainer,
                    TrainListener.all(
                            recorder, new CaptionSheets(model, heldOut == null ? parts.get(0) : heldOut, folder)));
        });
    }

    private static Preview preview(CaptionedImages pictures, Latents latents) {
        int count = Math.min(PREVIEWED, pictures.size());
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            return Preview.fit(
                    latents.plain().narrow(0, 0, count), new PixelCodec().encode(Latents.pixels(pictures, 0, count)));
        }
    }

    private static Stream<String> captions(CaptionedImages data) {
        return IntStream.range(0, data.size()).mapToObj(data::captions).flatMap(List::stream);
    }

    private static Trainer trainer(
            LatentRecipe recipe,
            LatentModel model,
            CaptionedImages training,
            @Nullable CaptionedImages heldOut,
            EncodedData encoded,
            CaptionFeatures features,
            FrozenText text) {
        String fingerprint = Sha256.of(encoded.fingerprint() + text.fingerprint());
        int batch = recipe.train().batchSize();
        Examples validation = heldOut == null || encoded.heldOut() == null
                ? null
                : new LatentExamples(
                        heldOut,
                        encoded.heldOut(),
                        features,
                        Math.min(batch, heldOut.size()),
                        Trainer.VALIDATION_SEED,
                        fingerprint);
        return new Trainer(
                recipe,
                model.network(),
                new DenoisingLoss(
                        model.network(),
                        (DiscreteProcess) model.scheduler().process(), // of DDIM's class it is one
                        model.scheduler().meaning(),
                        ReverseVariance.FIXED_SMALL,
                        recipe.train().objective()),
                new LatentExamples(
                        training,
                        encoded.training(),
                        features,
                        batch,
                        recipe.train().seed(),
                        fingerprint),
                validation);
    }

    private static void requireFits(LatentRecipe recipe, CaptionedImages data, FrozenText text) {
        AutoencoderKLConfig autoencoder = AutoencoderFolder.klConfig(Path.of(recipe.autoencoder()));
        require(
                data.channels() == autoencoder.inChannels(),
                "%s: the pictures have %s channels, the autoencoder of %s has %s",
                data.name(),
                data.channels(),
                recipe.autoencoder(),
                autoencoder.inChannels());
        int factor = autoencoder.factor();
        require(
                data.height() % factor == 0 && data.width() % factor == 0,
                "%s: the pictures are %s×%s, which does not divide by the autoencoder's %s; set data.size",
                data.name(),
                data.width(),
                data.height(),
                factor);
        UNet2DConditionConfig model = recipe.model();
        require(
                model.inChannels() == autoencoder.latentChannels(),
                "model.inChannels and model.outChannels must be %s, the channels of the autoencoder's latents, were %s",
                autoencoder.latentChannels(),
                model.inChannels());
        int height = data.height() / factor;
        int width = data.width() / factor;
        List<Integer> size = height == width ? List.of(height) : List.of(height, width);
        require(
                model.sampleSize().equals(size),
                "model.sampleSize must be %s, the latents of pictures of %s×%s, was %s",
                size,
                data.width(),
                data.height(),
                model.sampleSize());
        int hidden = text.tower().config().width().hidden();
        require(
                model.conditionWidth() == hidden,
                "model.crossAttentionDim must be %s, the features of the text tower of %s, was %s",
                hidden,
                recipe.clip(),
                model.conditionWidth());
    }

    /** Some samplers refuse some processes and predictions at their first step. */
    private static void requireDrawable(LatentRecipe recipe, LatentModel model) {
        try (Tensor drawn = model.draw(model.draw("").withSettings(recipe.sample()), step -> {
            throw new CancellationException();
        })) {
            // drawn in one step
        } catch (CancellationException drawable) {
            // its first step is done
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the recipe's sample cannot be drawn: " + e.getMessage(), e);
        }
    }
}
