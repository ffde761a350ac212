package org.diffusion4j.latent.autoencoder;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.io.Png;
import org.diffusion4j.nn.vae.PictureAutoencoder;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;

/** Draws what an autoencoder in training makes of some pictures into the run's folder: a row of pictures, below it a row of theirs again. */
final class Reconstructions implements TrainListener {

    private static final String EXTENSION = ".png";
    private static final int USUAL = 32;

    private final PictureAutoencoder autoencoder;
    private final Examples examples;
    private final RunFolder<AutoencoderRecipe> run;
    private final int count;

    /** Of the first pictures of these examples. */
    Reconstructions(PictureAutoencoder autoencoder, Examples examples, RunFolder<AutoencoderRecipe> run) {
        this.autoencoder = autoencoder;
        this.examples = examples;
        this.run = run;
        Integer asked = run.recipe().train().sampleCount();
        count = Math.min(asked == null ? USUAL : asked, examples.batchSize());
    }

    @Override
    public void onSample(long step) {
        if (count == 0) {
            return;
        }
        BufferedImage grid;
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false);
                Batch batch = examples.batch(0)) {
            Tensor x = batch.x0().narrow(0, 0, count);
            PixelCodec codec = new PixelCodec();
            grid = ReconstructedPictures.sheet(codec.decode(x), codec.decode(autoencoder.reconstruct(x)));
        }
        run.events().image("samples", step, grid);
        Png.write(run.samples(step, EXTENSION), grid, Map.of("run", run.recipe().name(), "step", String.valueOf(step)));
    }

    @Override
    public boolean lacksSamples(long step) {
        return count > 0 && !Files.exists(run.samples(step, EXTENSION));
    }
}
