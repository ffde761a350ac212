package org.diffusion4j.train;

import java.nio.file.Path;
import java.util.Map;
import org.diffusion4j.io.EventWriter;

/** Writes what happens in a training into its run folder. */
final class RunRecorder implements TrainListener, AutoCloseable {

    static final String METRICS = "metrics.jsonl";
    static final String SAMPLES = "samples";
    static final String MODEL = "model";

    private static final int STEPS_BETWEEN_EVENTS =
            10; // TensorBoard keeps a thousand points of a curve; metrics have all

    private final Path folder;
    private final ModelWriter model;
    private final Checkpoints checkpoints;
    private final MetricsFile metrics;
    private final EventWriter events;

    /**
     * Records from where the trainer stands.
     *
     * @param metricsBytes how long the metrics file was then
     */
    RunRecorder(Path folder, Trainer trainer, ModelWriter model, Checkpoints checkpoints, long metricsBytes) {
        this.folder = folder;
        this.model = model;
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
        Double opponentLoss = step.opponentLoss();
        metrics.append(
                new MetricsFile.StepLine(step.step(), step.loss(), step.learningRate(), step.gradNorm(), opponentLoss));
        if (step.step() % STEPS_BETWEEN_EVENTS == 0) {
            events.scalar("loss/train", step.step(), step.loss());
            if (opponentLoss != null) {
                events.scalar("loss/opponent", step.step(), opponentLoss);
            }
            events.scalar("train/learningRate", step.step(), step.learningRate());
            events.scalar("train/gradNorm", step.step(), step.gradNorm());
            events.scalar("train/examplesPerSecond", step.step(), step.examplesPerSecond());
        }
    }

    @Override
    public void onValidated(long step, double loss) {
        metrics.append(new MetricsFile.ValidationLine(step, loss));
        events.scalar("loss/validation", step, loss);
    }

    @Override
    public void onFigures(long step, Map<String, Double> figures) {
        metrics.append(step, figures);
        figures.forEach((name, figure) -> events.scalar("validation/" + name, step, figure));
    }

    @Override
    public void onCheckpoint(TrainState state) {
        // the checkpoint last: a run that is killed in between is resumed before this moment and comes here again
        model.write(folder.resolve(MODEL), state.ema().average());
        checkpoints.write(state, metrics.forced());
    }

    /** The run's TensorBoard events, borrowed. */
    EventWriter events() {
        return events;
    }

    @Override
    public void close() {
        try (metrics) {
            events.close();
        }
    }
}
