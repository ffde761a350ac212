package org.diffusion4j.image;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.io.Png;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;

/**
 * Draws what a model in training has learned, always from the same noise, with classes a row for each, into the run's folder and its
 * TensorBoard events.
 */
public final class SampleGrids implements TrainListener {

    private static final int COLUMNS = 8;
    private static final int ROWS_WITHOUT_CLASSES = 4;
    private static final int MOST_CLASSES_SHOWN = 10;
    private static final int PADDING = 2;
    private static final String EXTENSION = ".png";

    private final ImageRecipe recipe;
    private final DiffusionModel model;
    private final RunFolder<?> run;
    private final int count;
    private final int columns;

    /** The grids of a training. */
    public SampleGrids(ImageRecipe recipe, DiffusionModel model, RunFolder<?> run) {
        this.recipe = recipe;
        this.model = model;
        this.run = run;
        int classes = Math.min(model.classes(), MOST_CLASSES_SHOWN);
        int rows = classes == 0 ? ROWS_WITHOUT_CLASSES : classes;
        Integer asked = recipe.train().sampleCount();
        count = asked == null ? rows * COLUMNS : asked;
        columns = classes == 0 ? COLUMNS : (count + classes - 1) / classes;
    }

    @Override
    public void onSample(long step) {
        if (count == 0) {
            return;
        }
        List<Integer> labels = model.classes() == 0
                ? List.of()
                : IntStream.range(0, count).mapToObj(i -> i / columns).toList();
        try (PointerScope scope = new PointerScope();
                Tensor x0 = model.sample(recipe.sample(), count, labels, new SeededNoise(0, 0), drawn -> {})) {
            BufferedImage grid = ImageGrid.of(new PixelCodec().toImages(x0), columns, PADDING);
            Map<String, String> text = new TreeMap<>(Map.of("run", recipe.name(), "step", Long.toString(step)));
            model.compute().identity().forEach((key, value) -> text.put(key, value.toString()));
            Records.CAMEL_CASE.write(recipe.sample()).forEach((key, value) -> text.put(key, String.valueOf(value)));
            run.events().image("samples", step, grid);
            Png.write(run.samples(step, EXTENSION), grid, text); // last: where it is, both are
        } catch (OutOfNativeMemoryException e) {
            throw new OutOfNativeMemoryException(
                    "there is not enough memory to draw: lower train.sampleCount, " + count, e);
        }
    }

    @Override
    public boolean lacksSamples(long step) {
        return count > 0 && !Files.exists(run.samples(step, EXTENSION));
    }
}
