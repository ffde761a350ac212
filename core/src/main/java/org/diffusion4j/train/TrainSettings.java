package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Device;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Streams;
import org.diffusion4j.io.Json;
import org.diffusion4j.train.optimizer.OptimizerSettings;
import org.jspecify.annotations.Nullable;

/**
 * How a network is trained, whatever it learns from.
 *
 * @param batchSize examples that go through the network at once
 * @param accumulate batches whose gradients make one step
 * @param warmupSteps over which the learning rate rises from 0, linearly
 * @param decay the shape of the learning rate's fall: {@code cosine} or {@code linear}
 * @param decayTo the share of the learning rate that is left at the last step; 1 for no fall
 * @param stages what follows these steps, each with a learning rate and clipping of its own
 * @param clipGradient the largest norm of the whole gradient, or 0 for none
 * @param objective what is minimised, and how times are chosen and weighted
 * @param emaDecay of the averaged weights, which begin with a shorter memory, see {@link Ema}
 * @param conditionDropout share of examples whose condition is dropped, for guidance later; recipes may call it {@code labelDropout}
 * @param device where the network computes: {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param streams parts of a batch whose gradients are computed side by side, each by one thread of libtorch: faster for wide networks; 1
 *     for the whole batch on all threads, 0 for as many as the processor has cores, which {@link #resolved} decides
 * @param precision of convolutions and products; weights, gradients and moments stay float32
 * @param validateEvery steps between validations; 0: at the end only
 * @param sampleEvery steps between samples drawn in the training; 0: at the end only
 * @param sampleCount how many samples are drawn each time, 0 for none; null for what is usual for the kind of data
 * @param checkpointEvery steps between checkpoints; 0: at the end only
 * @param keep how many of the newest checkpoints are kept, beside the best
 * @param timeLimit minutes after which the training saves and stops, to be resumed or not; 0 for none
 */
public record TrainSettings(
        long steps,
        int batchSize,
        int accumulate,
        double learningRate,
        long warmupSteps,
        Decay decay,
        double decayTo,
        OptimizerSettings optimizer,
        double clipGradient,
        List<Stage> stages,
        ObjectiveSettings objective,
        double emaDecay,
        double conditionDropout,
        Device device,
        Precision precision,
        int streams,
        long seed,
        long validateEvery,
        long sampleEvery,
        @Nullable Integer sampleCount,
        long checkpointEvery,
        int keep,
        double timeLimit) {

    public TrainSettings {
        require(batchSize >= 1, "train.batchSize must be at least 1, was %s", batchSize);
        require(streams >= 0, "train.streams must be at least 0, was %s", streams);
        require(accumulate >= 1, "train.accumulate must be at least 1, was %s", accumulate);
        new Stage(steps, learningRate, clipGradient, warmupSteps, decay, decayTo); // refuses what is out of range
        stages = List.copyOf(stages);
        require(emaDecay >= 0 && emaDecay < 1, "train.emaDecay must lie in [0, 1), was %s", emaDecay);
        require(
                conditionDropout >= 0 && conditionDropout < 1,
                "train.conditionDropout must lie in [0, 1), was %s",
                conditionDropout);
        require(
                precision != Precision.FLOAT16,
                "train.precision cannot be float16, in which small gradients vanish; take bf16, float32 or auto");
        require(
                validateEvery >= 0 && sampleEvery >= 0 && checkpointEvery >= 0,
                "train.validateEvery, sampleEvery and checkpointEvery must be at least 0, were %s, %s and %s",
                validateEvery,
                sampleEvery,
                checkpointEvery);
        require(sampleCount == null || sampleCount >= 0, "train.sampleCount must be at least 0, was %s", sampleCount);
        require(keep >= 1, "train.keep must be at least 1, was %s", keep);
        require(timeLimit >= 0, "train.timeLimit must be at least 0, was %s", timeLimit);
    }

    /**
     * What is usual: Adam by L_simple with a batch of 128 (DDPM, appendix B), for 10,000 steps. A field that comes later has here what was
     * done before it came, since runs of that time have it filled in when they go on.
     */
    public static TrainSettings defaults() {
        return new TrainSettings(
                10_000,
                128,
                1,
                2e-4,
                500,
                Decay.COSINE,
                1,
                OptimizerSettings.adam(),
                1,
                List.of(),
                ObjectiveSettings.simple(),
                0.999,
                0.1,
                Device.CPU,
                Precision.AUTO,
                1,
                0,
                1000,
                1000,
                null,
                1000,
                3,
                0);
    }

    /**
     * These after assignments such as {@code batchSize=64} or {@code optimizer.kind=adamw}.
     *
     * @throws org.diffusion4j.engine.FormatException if a field is not known or has a value of the wrong type or out of range
     */
    public TrainSettings with(String... changes) {
        Map<String, @Nullable Object> tree = Records.CAMEL_CASE.write(this);
        for (String change : changes) {
            Json.set(tree, change);
        }
        return Records.CAMEL_CASE.read(this, tree, "train");
    }

    public TrainSettings withSteps(long steps) {
        return Records.with(this, "steps", steps);
    }

    public TrainSettings withBatchSize(int batchSize) {
        return Records.with(this, "batchSize", batchSize);
    }

    public TrainSettings withAccumulate(int accumulate) {
        return Records.with(this, "accumulate", accumulate);
    }

    public TrainSettings withLearningRate(double learningRate) {
        return Records.with(this, "learningRate", learningRate);
    }

    public TrainSettings withWarmupSteps(long warmupSteps) {
        return Records.with(this, "warmupSteps", warmupSteps);
    }

    public TrainSettings withDecay(Decay decay) {
        return Records.with(this, "decay", decay);
    }

    public TrainSettings withDecayTo(double decayTo) {
        return Records.with(this, "decayTo", decayTo);
    }

    public TrainSettings withOptimizer(OptimizerSettings optimizer) {
        return Records.with(this, "optimizer", optimizer);
    }

    public TrainSettings withClipGradient(double clipGradient) {
        return Records.with(this, "clipGradient", clipGradient);
    }

    public TrainSettings withStages(List<Stage> stages) {
        return Records.with(this, "stages", stages);
    }

    public TrainSettings withObjective(ObjectiveSettings objective) {
        return Records.with(this, "objective", objective);
    }

    public TrainSettings withEmaDecay(double emaDecay) {
        return Records.with(this, "emaDecay", emaDecay);
    }

    public TrainSettings withConditionDropout(double conditionDropout) {
        return Records.with(this, "conditionDropout", conditionDropout);
    }

    public TrainSettings withDevice(Device device) {
        return Records.with(this, "device", device);
    }

    public TrainSettings withPrecision(Precision precision) {
        return Records.with(this, "precision", precision);
    }

    public TrainSettings withStreams(int streams) {
        return Records.with(this, "streams", streams);
    }

    public TrainSettings withSeed(long seed) {
        return Records.with(this, "seed", seed);
    }

    public TrainSettings withValidateEvery(long validateEvery) {
        return Records.with(this, "validateEvery", validateEvery);
    }

    public TrainSettings withSampleEvery(long sampleEvery) {
        return Records.with(this, "sampleEvery", sampleEvery);
    }

    public TrainSettings withSampleCount(@Nullable Integer sampleCount) {
        return Records.with(this, "sampleCount", sampleCount);
    }

    public TrainSettings withCheckpointEvery(long checkpointEvery) {
        return Records.with(this, "checkpointEvery", checkpointEvery);
    }

    public TrainSettings withKeep(int keep) {
        return Records.with(this, "keep", keep);
    }

    public TrainSettings withTimeLimit(double timeLimit) {
        return Records.with(this, "timeLimit", timeLimit);
    }

    /** These with what is left to the machine decided: precision and streams. */
    public TrainSettings resolved() {
        boolean apart = compute().device().isCpu(); // a GPU has its own ways to do things side by side
        return withPrecision(compute().arithmetic()).withStreams(streams == 0 ? apart ? Streams.count() : 1 : streams);
    }

    /**
     * {@link #resolved} for a kind of data whose small networks compute in float32 on the processor, on every machine.
     *
     * @param kind for messages: {@code texts}
     * @throws IllegalArgumentException if another precision or device is asked for
     */
    public TrainSettings resolvedInFloat32(String kind) {
        require(
                precision == Precision.AUTO || precision == Precision.FLOAT32,
                "train.precision must be float32 for %s, was %s",
                kind,
                precision);
        return withPrecision(Precision.FLOAT32).resolvedOnCpu(kind);
    }

    /**
     * {@link #resolved} for a kind of data whose networks compute on the processor.
     *
     * @param kind for messages: {@code texts}
     * @throws IllegalArgumentException if another device is asked for
     */
    public TrainSettings resolvedOnCpu(String kind) {
        require(device.isCpu(), "train.device must be cpu for %s, was %s", kind, device);
        return resolved();
    }

    /** All stages; what stands beside them is the first. */
    Plan plan() {
        Stage first = new Stage(steps, learningRate, clipGradient, warmupSteps, decay, decayTo);
        return new Plan(Stream.concat(Stream.of(first), stages.stream()).toList());
    }

    /** Where the network computes, and in which arithmetic. */
    public Compute compute() {
        return new Compute(device, precision);
    }

    /** What of these settings the weights depend on after so many steps, as a JSON tree. */
    public Map<String, @Nullable Object> determining(long steps) {
        Map<String, @Nullable Object> tree = Records.CAMEL_CASE.write(this);
        List.of("steps", "learningRate", "warmupSteps", "decay", "decayTo", "clipGradient", "stages") // in the plan
                .forEach(tree::remove);
        List.of("validateEvery", "sampleEvery", "sampleCount", "checkpointEvery", "keep", "timeLimit")
                .forEach(tree::remove);
        List<Map<String, @Nullable Object>> begun = plan().until(steps);
        tree.putAll(begun.get(0));
        tree.put("stages", begun.subList(1, begun.size()));
        return tree;
    }
}
