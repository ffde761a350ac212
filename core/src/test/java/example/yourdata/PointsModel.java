package example.yourdata;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.train.DenoisingLoss;
import org.diffusion4j.train.Loss;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.TrainListener;
import org.diffusion4j.train.TrainResult;
import org.diffusion4j.train.Trainer;

/** A network that predicts the noise in points, and the process by which they were noised. */
final class PointsModel implements AutoCloseable {

    private static final String WEIGHTS = "weights.safetensors";
    private static final String RECIPE = "recipe.json";

    private final PointsRecipe recipe;
    private final PointsNetwork network;
    private final DiscreteProcess process;

    PointsModel(PointsRecipe recipe) {
        this.recipe = recipe;
        this.network = new PointsNetwork(recipe.width(), recipe.train().seed());
        this.process = new DiscreteProcess(recipe.schedule().table());
    }

    // region: train
    /** Trains in a run folder, from its newest checkpoint on where it has one. */
    static TrainResult train(RunFolder<PointsRecipe> folder, Points points, TrainListener listener) {
        try (folder;
                PointsModel model = new PointsModel(folder.recipe());
                Trainer trainer = new Trainer(folder.recipe(), model.network, model.loss(), points, null)) {
            TrainListener recorder = folder.begin(trainer, model::write, System.err::println);
            return trainer.run(TrainListener.all(recorder, listener));
        }
    }
    // end

    // region: loss
    private Loss loss() {
        OutputMeaning eps = new OutputMeaning(Prediction.EPS, null);
        return recipe.huber() > 0
                ? new HuberLoss(network, process, recipe.huber())
                : new DenoisingLoss(
                        network,
                        process,
                        eps,
                        ReverseVariance.FIXED_SMALL,
                        recipe.train().objective());
    }
    // end

    // region: write
    private void write(Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Json.write(inside.resolve(RECIPE), recipe.toMap());
            try (PointerScope scope = new PointerScope()) {
                Safetensors.write(inside.resolve(WEIGHTS), network.parameters().viewsOf(average), Map.of());
            }
        });
    }

    /** Reads what {@link #train} wrote into {@code model/}. */
    static PointsModel load(Path folder) {
        PointsModel model = new PointsModel(PointsRecipe.read(folder.resolve(RECIPE)));
        Path file = folder.resolve(WEIGHTS);
        try (TensorFile weights = Safetensors.open(file)) {
            model.network.parameters().load(weights.tensors(), file.toString());
        }
        return model;
    }
    // end

    // region: sample
    /** Points x, y, x, y … that depend on seed and sampler alone. */
    double[] sample(Sampler sampler, int steps, int count, long seed) {
        try (PointerScope scope = new PointerScope()) {
            NetworkDenoiser denoiser = new NetworkDenoiser(network, process, Prediction.EPS);
            NoiseStream noise = new SeededNoise(seed, 0);
            Tensor start = noise.draw(NoiseStream.START, torch.zeros(count, 2));
            try (Tensor points = sampler.sample(
                    denoiser,
                    Spacing.TRAILING.grid(steps, recipe.schedule().steps()),
                    start,
                    noise,
                    SampleListener.NONE)) {
                return Tensors.toArray(points);
            }
        }
    }
    // end

    @Override
    public void close() {
        network.close();
    }
}
