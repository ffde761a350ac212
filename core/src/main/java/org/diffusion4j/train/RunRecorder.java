package org.diffusion4j.train;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.EventWriter;
import org.diffusion4j.io.ImageGrid;
import org.diffusion4j.io.Png;
import org.diffusion4j.sample.DiffusionModel;

/** Writes what happens in a training into its run folder. */
final class RunRecorder implements TrainListener, AutoCloseable {

    static final String METRICS = "metrics.jsonl";
    static final String SAMPLES = "samples";
    static final String MODEL = "model";

    private static final int STEPS_BETWEEN_EVENTS =
            10; // TensorBoard keeps a thousand points of a curve; metrics have all
    private static final int PADDING = 2;

    private final Path folder;
    private final Recipe recipe;
    private final DiffusionModel model;
    private final Checkpoints checkpoints;
    private final MetricsFile metrics;
    private final EventWriter events;

    /**
     * Records from where the trainer stands.
     *
     * @param metricsBytes how long the metrics file was then
     */
    RunRecorder(Path folder, Recipe recipe, Trainer trainer, Checkpoints checkpoints, long metricsBytes) {
        this.folder = folder;
        this.recipe = recipe;
        this.model = trainer.model();
        this.checkpoints = checkpoints;
        this.events = EventWriter.open(
                folder, trainer.state().step() == 0 ? -1 : trainer.state().step());
        try {
            this.metrics = new MetricsFile(folder.resolve(METRICS), metricsBytes);
        } catch (RuntimeException e) {
            events.close();
            throw e;
        }
    }

    @Override
    public void onStep(Step step) {
        metrics.append(new MetricsFile.StepLine(step.step(), step.loss(), step.learningRate(), step.gradNorm()));
        if (step.step() % STEPS_BETWEEN_EVENTS == 0) {
            events.scalar("loss/train", step.step(), step.loss());
            events.scalar("train/learningRate", step.step(), step.learningRate());
            events.scalar("train/gradNorm", step.step(), step.gradNorm());
            events.scalar("train/imagesPerSecond", step.step(), step.imagesPerSecond());
        }
    }

    @Override
    public void onValidated(long step, double loss) {
        metrics.append(new MetricsFile.ValidationLine(step, loss));
        events.scalar("loss/validation", step, loss);
    }

    @Override
    public void onSampled(long step, Tensor x0, int columns) {
        BufferedImage grid = ImageGrid.of(new PixelCodec().toImages(x0), columns, PADDING);
        Map<String, String> text = new TreeMap<>(Map.of("run", recipe.name(), "step", Long.toString(step)));
        Records.CAMEL_CASE.write(recipe.sample()).forEach((key, value) -> text.put(key, String.valueOf(value)));
        events.image("samples", step, grid);
        Png.write(samples(step), grid, text); // last: where it is, both are
    }

    private Path samples(long step) {
        return folder.resolve(SAMPLES).resolve("step-" + step + ".png");
    }

    @Override
    public boolean lacksSamples(long step) {
        return !Files.exists(samples(step));
    }

    @Override
    public void onCheckpoint(TrainState state) {
        // the checkpoint last: a run that is killed in between is resumed before this moment and comes here again
        model.saveAverage(folder.resolve(MODEL), state.ema().average(), true);
        checkpoints.write(state, metrics.forced());
    }

    @Override
    public void close() {
        try (metrics) {
            events.close();
        }
    }
}
