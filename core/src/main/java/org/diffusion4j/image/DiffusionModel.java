package org.diffusion4j.image;

import static org.diffusion4j.engine.Require.require;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.MachineMemory;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.OutOfNativeMemoryException;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.guide.ClassifierFreeGuidance;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.PictureConfig;
import org.diffusion4j.nn.PictureNetwork;
import org.diffusion4j.nn.unet.OpenAiUNetConfig;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/**
 * A trained model of images: the network, its process, what its output means, and its classes. Closing it frees the weights.
 *
 * <p>Threads: may be shared, and closed by any: the close waits for draws under way, so {@linkplain
 * org.diffusion4j.engine.Cancellation cancel} them to have it at once, and who uses the model later gets an
 * {@link IllegalStateException}. A listener that closes the model that draws does not wait; the weights are freed when its draw ends.
 */
public final class DiffusionModel implements AutoCloseable {

    private static final double FLOAT_BYTES = 4;
    private static final int USUAL_STEPS = 50;

    private final PictureNetwork network;
    private final CountedNetwork counted;
    private final boolean ownsNetwork;
    private final SchedulerConfig scheduler;
    private final DiffusionProcess process;
    private final ModelCard card;
    private final List<String> warnings;
    private final PixelCodec codec = new PixelCodec();

    /**
     * Joins what a model is made of.
     *
     * @param network owned by this model from now on
     */
    public DiffusionModel(PictureNetwork network, SchedulerConfig scheduler, ModelCard card) {
        this(network, scheduler, card, List.of());
    }

    DiffusionModel(PictureNetwork network, SchedulerConfig scheduler, ModelCard card, List<String> warnings) {
        this(network, true, scheduler, card, warnings);
    }

    private DiffusionModel(
            PictureNetwork network,
            boolean ownsNetwork,
            SchedulerConfig scheduler,
            ModelCard card,
            List<String> warnings) {
        this.network = network;
        this.counted = new CountedNetwork(network);
        this.ownsNetwork = ownsNetwork;
        this.scheduler = scheduler;
        this.process = forward(scheduler);
        this.card = card;
        this.warnings = warnings;
    }

    /** The process of a scheduler; refuses one that has neither timesteps nor a process of {@link SchedulerConfig#continuous}. */
    static DiffusionProcess forward(SchedulerConfig scheduler) {
        return scheduler.continuous().isPresent() ? scheduler.process() : chain(scheduler);
    }

    /** The chain of a scheduler; refuses one that has none. */
    private static DiscreteProcess chain(SchedulerConfig scheduler) {
        if (scheduler.process() instanceof DiscreteProcess discrete) {
            return discrete;
        }
        throw new IllegalArgumentException(scheduler
                .continuous()
                .map(settings -> "the model is in continuous time (" + settings.kind()
                        + "), and this needs a chain of timesteps, which it lacks: take a model whose recipe has betas")
                .orElse("a model of pixels needs a scheduler of betas and timesteps, not " + scheduler.className()));
    }

    /**
     * Reads a model folder in the layout of diffusers, of this library or another, or a file of weights with its configurations beside
     * it, see {@link ModelFolder#open}.
     *
     * @return owned by the caller
     * @throws org.diffusion4j.engine.FormatException if it is not a model folder, or a file of it is not what it should be
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static DiffusionModel load(Path folder) {
        return load(folder, Compute.DEFAULT);
    }

    /**
     * Reads a model folder as {@link #load(Path)} does, to draw on another device or in another precision.
     *
     * @param compute in fewer bits than float32 the weights are kept in those alone: the model draws, and can neither be trained nor
     *     saved
     * @throws IllegalArgumentException if this machine cannot compute so; nothing is read then
     */
    public static DiffusionModel load(Path folder, Compute compute) {
        compute.requireUsable();
        DiffusionModel model = ModelFiles.read(folder);
        return compute.equals(Compute.DEFAULT) ? model : model.drawingIn(compute);
    }

    /**
     * A copy of this model that computes in another way; this one stays as it is.
     *
     * @param compute as {@link #load(Path, Compute)} takes it
     * @return owned by the caller
     * @throws IllegalArgumentException if this machine cannot compute so
     * @throws IllegalStateException if this model has its weights in fewer bits than float32
     */
    public DiffusionModel to(Compute compute) {
        compute.requireUsable();
        PictureNetwork copy = network.config().newNetwork(0);
        try (CloseGuard.Use use = network.parameters().use();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            copy.parameters().copyFrom(network.parameters());
        } catch (RuntimeException | Error e) {
            copy.close();
            throw e;
        }
        return new DiffusionModel(copy, scheduler, card, warnings).drawingIn(compute);
    }

    private DiffusionModel drawingIn(Compute compute) {
        try {
            network.parameters().drawIn(compute);
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Where this model computes, and in which arithmetic. */
    public Compute compute() {
        return network.parameters().compute();
    }

    /**
     * Reads weights of improved-diffusion or guided-diffusion, under the names that OpenAI gave them.
     *
     * @param weights a file of safetensors or of {@code torch.save}
     * @param network the arguments with which the code builds its network; the file does not say them
     * @param scheduler the process and the meaning of the output, likewise
     * @return owned by the caller; {@link #save} writes it as a model folder
     * @throws org.diffusion4j.engine.WeightsException if weights and configuration do not fit
     */
    public static DiffusionModel loadOpenAi(Path weights, OpenAiUNetConfig network, SchedulerConfig scheduler) {
        return ModelFiles.readOpenAi(weights, network, scheduler);
    }

    /**
     * This model with another scheduler, such as {@link SchedulerConfig#asClass} of its own. It draws by that scheduler with the settings
     * of {@link SchedulerConfig#settings(int)}, and by our samplers in its process.
     *
     * @return borrows this model's weights: closing it frees nothing, and once this model is closed it is refused as this one is
     * @throws IllegalArgumentException if the scheduler takes the network's output for something else, has another number of
     *     timesteps, or no timesteps at all
     */
    public DiffusionModel with(SchedulerConfig other) {
        require(
                other.meaning().equals(scheduler.meaning()),
                "the network's output is %s, but the scheduler takes it for %s; set its prediction_type as the model has it",
                scheduler.meaning(),
                other.meaning());
        int steps = process().table().steps();
        int others = chain(other).table().steps();
        require(
                others == steps,
                "the network was trained on %s timesteps, but the scheduler has %s; set its num_train_timesteps",
                steps,
                others);
        return new DiffusionModel(network, false, other, card, List.of());
    }

    /**
     * Writes the model folder, whole or not at all.
     *
     * @param replace whether one that exists is replaced
     * @throws org.diffusion4j.engine.DiffusionException if it exists and is not to be replaced, or cannot be written
     */
    public void save(Path folder, boolean replace) {
        ModelFiles.write(this, folder, replace);
    }

    /**
     * Writes the model folder with an average of the weights, and the weights themselves beside it.
     *
     * @param average flat, in the order of the network's parameters, borrowed
     * @param replace whether one that exists is replaced
     */
    public void saveAverage(Path folder, Tensor average, boolean replace) {
        ModelFiles.writeAverage(this, folder, average, replace);
    }

    public PictureNetwork network() {
        return network;
    }

    public SchedulerConfig scheduler() {
        return scheduler;
    }

    public ModelCard card() {
        return card;
    }

    /** What the folder says that is passed over: a line for each file that says such a thing, to be shown to a person. */
    public List<String> warnings() {
        return warnings;
    }

    /**
     * The chain of timesteps.
     *
     * @throws IllegalArgumentException if the model is in continuous time; {@link #forwardProcess} is that of any
     */
    public DiscreteProcess process() {
        return chain(scheduler);
    }

    /** The process: a chain of timesteps, or one in continuous time. */
    public DiffusionProcess forwardProcess() {
        return process;
    }

    /** The number of classes that can be asked for; 0 where the model knows none. */
    public int classes() {
        Integer rows = network.config().numClassEmbeds();
        return rows == null ? 0 : card.labels().isEmpty() ? rows : card.labels().size();
    }

    /** Whether the network has learned what "no label" is; its number is {@link #classes()}. */
    public boolean knowsNoLabel() {
        Integer rows = network.config().numClassEmbeds();
        return rows != null && rows > classes();
    }

    /**
     * What samplers ask: the network with its x0 clipped or thresholded as the model folder says.
     *
     * @param labels int64 {@code [batch]} where the model has classes, borrowed, else null
     */
    public Denoiser denoiser(@Nullable Tensor labels) {
        return denoiser(labels, 1);
    }

    /**
     * What samplers ask, with classifier-free guidance.
     *
     * @param labels as {@link #denoiser(Tensor)}
     * @param guidance the scale of {@link ClassifierFreeGuidance}; 1 for none, else each call is two of the network and eps follows from the
     *     limited x0, as in guided-diffusion
     * @throws IllegalArgumentException if there is to be guidance, and the network has not learned what "no label" is
     */
    public Denoiser denoiser(@Nullable Tensor labels, double guidance) {
        return Guiding.of(guidance).denoiser(this, labels, process, scheduler::limited);
    }

    /**
     * The network with its x0 as it is, for what follows the ODE.
     *
     * @param labels as {@link #denoiser}
     */
    public Denoiser unlimited(@Nullable Tensor labels) {
        return unlimited(labels, process);
    }

    /** The same in another process. */
    Denoiser unlimited(@Nullable Tensor labels, DiffusionProcess process) {
        require(
                (labels == null) == (classes() == 0),
                classes() == 0
                        ? "the model has no classes, so it takes no labels"
                        : "the model needs a label for each sample");
        return new NetworkDenoiser(counted, process, scheduler.meaning(), Condition.ofClasses(labels));
    }

    /** The network as denoisers ask it, which counts. */
    CountedNetwork counted() {
        return counted;
    }

    /**
     * How often the network was asked by what drew from this model so far: once for each sample of a batch. The difference of before and
     * after a draw, by the number of its pictures, is what one of them costs.
     */
    public long networkCalls() {
        return counted.samples();
    }

    /**
     * Noise to begin with, x_T.
     *
     * @param noise of which {@link NoiseStream#START} is taken
     * @return float32 {@code [batch, channels, height, width]}, made in the caller's scope
     */
    public Tensor start(int batch, NoiseStream noise) {
        Libtorch.start();
        List<Integer> size = network.config().pictureSize();
        require(
                !size.isEmpty(),
                "the model folder does not say how large its pictures are: set sample_size in unet/config.json");
        requireRoomFor(batch);
        long[] shape = {batch, network.config().inChannels(), size.get(0), size.get(size.size() - 1)};
        return Scoped.result(() -> noise.draw(
                NoiseStream.START,
                torch.empty(
                        shape,
                        new TensorOptions(ScalarType.Float)
                                .device(new DeviceOptional(compute().device().torch())),
                        new MemoryFormatOptional())));
    }

    /**
     * Draws one batch.
     *
     * @param labels the class of each sample; empty where the model has no classes
     * @param noise {@link NoiseStream#START} gives x_T
     * @return float32 {@code [batch, channels, height, width]}, mostly in [-1, 1], owned by the caller
     */
    public Tensor sample(
            SampleSettings settings, int batch, List<Integer> labels, NoiseStream noise, SampleListener listener) {
        try (CloseGuard.Use use = network.parameters().use();
                PointerScope scope = new PointerScope()) {
            return sample(settings, new Batch(0, batch, tensor(labels), noise, listener));
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, batch);
        }
    }

    /**
     * Draws one batch from noise of one's own.
     *
     * @param start x_T, float32 {@code [batch, channels, height, width]} of N(0, 1), borrowed; {@link #start} makes it of a seed
     * @param labels the class of each sample; empty where the model has no classes
     * @param noise of the steps, where the sampler asks for any
     * @return float32, shaped as {@code start}, mostly in [-1, 1], owned by the caller
     * @throws IllegalArgumentException if the start has another shape, or settings or labels do not fit
     */
    public Tensor sample(
            SampleSettings settings, Tensor start, List<Integer> labels, NoiseStream noise, SampleListener listener) {
        require(
                start.dim() == 4 && start.size(1) == network.config().inChannels(),
                "the start must be [batch, %s, height, width], was %s",
                network.config().inChannels(),
                Arrays.toString(start.shape()));
        require(
                labels.isEmpty() || labels.size() == start.size(0),
                "there must be a label for each of the %s samples, but there were %s",
                start.size(0),
                labels.size());
        try (CloseGuard.Use use = network.parameters().use();
                PointerScope scope = new PointerScope()) {
            return plan(settings).sample(start, tensor(labels), noise, listener);
        } catch (RuntimeException e) {
            throw OutOfNativeMemoryException.ofBatch(e, (int) start.size(0));
        }
    }

    private Tensor sample(SampleSettings settings, Batch batch) {
        return plan(settings).sample(start(batch.size, batch.noise), batch.labels, batch.noise, batch.listener);
    }

    /**
     * How the model is drawn by default: as the recipe of its training says, else as its scheduler file does, in 50 steps.
     */
    public SampleSettings settings() {
        return card.recipe().isPresent()
                ? card.sampling(SampleSettings.ddim(USUAL_STEPS))
                : scheduler.settings(USUAL_STEPS);
    }

    /**
     * How the model is drawn by another sampler by default: by our own models' samplers on trailing timesteps, else as
     * the scheduler file says.
     */
    public SampleSettings settings(String sampler) {
        return card.recipe().isPresent() && !sampler.equals(scheduler.className())
                ? SampleSettings.of(sampler, USUAL_STEPS)
                : scheduler.settings(sampler, USUAL_STEPS);
    }

    /**
     * What settings mean for this model.
     *
     * @throws IllegalArgumentException if they do not fit: too many steps, another model's scheduler, noise that the sampler does not
     *     ask for
     */
    public SamplingPlan plan(SampleSettings settings) {
        return SamplingPlan.of(this, settings);
    }

    private @Nullable Tensor tensor(List<Integer> labels) {
        require(
                labels.isEmpty() || classes() > 0,
                "the model has no classes, so it takes no labels, but they were %s",
                labels);
        require(
                labels.stream().allMatch(label -> 0 <= label && label < classes() + (knowsNoLabel() ? 1 : 0)),
                "labels must lie between 0 and %s, were %s",
                classes() - 1,
                labels);
        return labels.isEmpty()
                ? null
                : Tensors.of(labels.stream().mapToLong(Integer::longValue).toArray());
    }

    /** Draws pictures. */
    public List<BufferedImage> draw(Draw draw) {
        return draw(draw, (first, step) -> {});
    }

    /**
     * Draws pictures, batch by batch.
     *
     * @param listener sees every step of every batch and may cancel, as a {@link SampleListener} may; called once at a time, and perhaps by
     *     other threads, for parts of a batch
     */
    public List<BufferedImage> draw(Draw draw, DrawListener listener) {
        return draw(draw, listener, from(draw.settings()));
    }

    /** Draws pictures in a way of one's own; the draw says how many, of which classes and seed, and how many at once. */
    public List<BufferedImage> draw(Draw draw, DrawListener listener, BatchSampler way) {
        return draw(draw, listener, new BatchDrawing(this, way, false));
    }

    private List<BufferedImage> draw(Draw draw, DrawListener listener, BatchDrawing way) {
        List<BufferedImage> pictures = new ArrayList<>();
        inBatches(draw, 0, draw.count(), listener, way, x0 -> pictures.addAll(codec.toImages(x0)));
        return pictures;
    }

    /**
     * The pixels of some samples of a draw.
     *
     * @param first the index of the first, whatever the draw's count is
     * @return uint8 {@code [count, channels, height, width]}, made in the caller's scope
     */
    public Tensor pixels(Draw draw, int first, int count) {
        return pixels(draw, first, count, from(draw.settings()));
    }

    /**
     * The same, drawn in a way of one's own.
     *
     * @param way as {@link #draw(Draw, DrawListener, BatchSampler)} takes it
     */
    public Tensor pixels(Draw draw, int first, int count, BatchSampler way) {
        return pixels(draw, first, count, new BatchDrawing(this, way, false));
    }

    private Tensor pixels(Draw draw, int first, int count, BatchDrawing way) {
        return Scoped.result(() -> {
            TensorVector parts = new TensorVector();
            inBatches(
                    draw,
                    first,
                    first + count,
                    (from, step) -> {},
                    way,
                    x0 -> parts.push_back(codec.decode(x0).cpu()));
            return torch.cat(parts, 0);
        });
    }

    /** Refuses a batch that cannot fit, before memory is taken: two layers of the first level's features are the least that a step needs. */
    private void requireRoomFor(int batch) {
        PictureConfig config = network.config();
        List<Integer> size = config.pictureSize();
        double pixels = size.isEmpty() ? 1 : (double) size.get(0) * size.get(size.size() - 1);
        MachineMemory.requireRoomFor(
                2 * FLOAT_BYTES * batch * pixels * config.firstWidth(),
                "a batch of " + batch + " with sample_size " + size,
                "lower the batch size (--batch-size, Draw.batchSize)");
    }

    private void inBatches(
            Draw draw, int first, int end, DrawListener listener, BatchDrawing way, Consumer<Tensor> drawn) {
        int batchSize = plan(draw.settings()).sampler().dependsOnBatch() ? 1 : draw.batchSize();
        requireRoomFor(Math.min(batchSize, end - first));
        way.draw(draw, first, end, batchSize, listener, drawn);
    }

    private BatchDrawing from(SampleSettings settings) {
        return new BatchDrawing(this, batch -> sample(settings, batch), true);
    }

    /**
     * The classes of some samples of a draw.
     *
     * @return int64 {@code [size]}, made in the caller's scope; null where the model has no classes
     */
    public @Nullable Tensor labels(Draw draw, int first, int size) {
        return classes() == 0
                ? tensor(draw.labels())
                : tensor(IntStream.range(first, first + size)
                        .mapToObj(i -> draw.label(i, classes()))
                        .toList());
    }

    /** Sees the steps of the batch whose first sample is {@code first}. */
    @FunctionalInterface
    public interface DrawListener {
        void onStep(int first, SampleListener.Step step);
    }

    /** How the samples of a batch come about. */
    @FunctionalInterface
    public interface BatchSampler {

        /** Clean samples, {@code [batch, channels, height, width]}; owned by the caller, everything else is freed. */
        Tensor of(Batch batch);
    }

    /**
     * Some samples of a draw.
     *
     * @param first the index of the first
     * @param size how many there are
     * @param labels int64 {@code [size]} where the model has classes, borrowed, else null
     * @param noise of these samples
     * @param listener receives every step
     */
    public record Batch(int first, int size, @Nullable Tensor labels, NoiseStream noise, SampleListener listener) {

        /** The indices of the samples. */
        public IntStream indices() {
            return IntStream.range(first, first + size);
        }
    }

    /** Frees the weights, if they are this model's own; see {@link #with}. */
    @Override
    public void close() {
        if (ownsNetwork) {
            network.close();
        }
    }
}
