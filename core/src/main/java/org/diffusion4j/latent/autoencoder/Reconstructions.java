package org.diffusion4j.latent.autoencoder;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.io.Png;
import org.diffusion4j.nn.vae.AutoencoderKL;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;

/** Draws what an autoencoder in training makes of some pictures into the run's folder: a row of pictures, below it a row of theirs again. */
final class Reconstructions implements TrainListener {

    private static final String EXTENSION = ".png";
    private static final int COLUMNS = 8;
    private static final int PADDING = 2;

    private final AutoencoderKL autoencoder;
    private final Examples examples;
    private final RunFolder<AutoencoderRecipe> run;
    private final int count;

    /** Of the first pictures of these examples. */
    Reconstructions(AutoencoderKL autoencoder, Examples examples, RunFolder<AutoencoderRecipe> run) {
        this.autoencoder = autoencoder;
        this.examples = examples;
        this.run = run;
        Integer asked = run.recipe().train().sampleCount();
        count = Math.min(asked == null ? 4 * COLUMNS : asked, examples.batchSize());
    }

    @Override
    public void onSample(long step) {
        if (count == 0) {
            return;
        }
        List<BufferedImage> pictures;
        List<BufferedImage> again;
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false);
                Batch batch = examples.batch(0)) {
            Tensor x = batch.x0().narrow(0, 0, count);
            pictures = new PixelCodec().toImages(x);
            again = new PixelCodec()
                    .toImages(autoencoder.decode(autoencoder.encode(x).mean()));
        }
        List<BufferedImage> rows = new ArrayList<>();
        int columns = Math.min(COLUMNS, count);
        for (int first = 0; first + columns <= count; first += columns) {
            rows.addAll(pictures.subList(first, first + columns));
            rows.addAll(again.subList(first, first + columns));
        }
        BufferedImage grid = ImageGrid.of(rows, columns, PADDING);
        run.events().image("samples", step, grid);
        Png.write(run.samples(step, EXTENSION), grid, Map.of("run", run.recipe().name(), "step", String.valueOf(step)));
    }

    @Override
    public boolean lacksSamples(long step) {
        return count > 0 && !Files.exists(run.samples(step, EXTENSION));
    }
}
