package org.diffusion4j.latent.training;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Png;
import org.diffusion4j.latent.LatentDraw;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.latent.Prompt;
import org.diffusion4j.latent.autoencoder.ReconstructedPictures;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;

/**
 * Draws for the captions of some pictures what a model in training makes of them, always from the same noise, into the run's folder and
 * its TensorBoard events: a row of pictures, below it a row of what was drawn for their captions.
 */
final class CaptionSheets implements TrainListener {

    private static final String EXTENSION = ".png";
    private static final int USUAL = 16;

    private final LatentModel model;
    private final CaptionedImages shown;
    private final RunFolder<LatentRecipe> run;
    private final int count;

    /** For the first of these pictures. */
    CaptionSheets(LatentModel model, CaptionedImages shown, RunFolder<LatentRecipe> run) {
        this.model = model;
        this.shown = shown;
        this.run = run;
        Integer asked = run.recipe().train().sampleCount();
        count = Math.min(asked == null ? USUAL : asked, shown.size());
    }

    @Override
    public void onSample(long step) {
        if (count == 0) {
            return;
        }
        LatentRecipe recipe = run.recipe();
        List<String> captions = IntStream.range(0, count)
                .mapToObj(i -> shown.captions(i).get(0))
                .toList();
        LatentDraw draw = model.draw("")
                .withSettings(recipe.sample())
                .withSeeds(LongStream.range(0, count).boxed().toList());
        BufferedImage sheet;
        try (PointerScope scope = new PointerScope();
                Tensor drawn = model.drawEach(
                        draw,
                        captions.stream()
                                .map(caption -> new Prompt(caption, null, true))
                                .toList(),
                        SampleListener.NONE)) {
            sheet = ReconstructedPictures.sheet(Latents.pixels(shown, 0, count), new PixelCodec().decode(drawn));
        }
        Map<String, String> text = new LinkedHashMap<>();
        text.put("run", recipe.name());
        text.put("step", Long.toString(step));
        text.put("captions", captions.stream().collect(Collectors.joining("\n")));
        Records.CAMEL_CASE.write(recipe.sample()).forEach((key, value) -> text.put(key, String.valueOf(value)));
        run.events().image("samples", step, sheet);
        Png.write(run.samples(step, EXTENSION), sheet, text); // last: where it is, both are
    }

    @Override
    public boolean lacksSamples(long step) {
        return count > 0 && !Files.exists(run.samples(step, EXTENSION));
    }
}
