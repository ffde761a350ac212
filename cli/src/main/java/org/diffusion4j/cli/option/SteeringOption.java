package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.image.guidance.Autoguidance;
import org.diffusion4j.image.guidance.ClassifierSteering;
import org.diffusion4j.image.guidance.NoisyClassifier;
import org.diffusion4j.image.guidance.Steered;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what steers the model whose samples are measured; closing them frees what they have loaded. */
public final class SteeringOption implements AutoCloseable {

    @Option(
            names = "--noisy-classifier",
            paramLabel = "DIR",
            description =
                    "A classifier of noisy pictures, which steers the model to the classes that are drawn; the model may know none.")
    private @Nullable Path classifier;

    @Option(
            names = "--classifier-scale",
            paramLabel = "S",
            description = "How strongly that classifier steers: 0 is the model alone (default: 1).")
    private @Nullable Double scale;

    @Option(
            names = "--guide",
            paramLabel = "MODEL",
            converter = ModelName.class,
            description = "A worse version of the model, away from which --guidance leads.")
    private @Nullable Path guide;

    private @Nullable DiffusionModel worse;
    private @Nullable NoisyClassifier steering;

    /**
     * Refuses what changes nothing.
     *
     * @param draws whether a model draws
     */
    public void check(boolean draws) {
        require(
                classifier == null || guide == null,
                "--noisy-classifier and --guide each steer the model: give one of them");
        require(
                scale == null || classifier != null,
                "--classifier-scale is for a classifier: add --noisy-classifier DIR, or omit it");
        require(
                draws || classifier == null && guide == null,
                "%s is for samples that a model draws, and none are drawn here: omit it",
                classifier == null ? "--guide" : "--noisy-classifier");
    }

    /** What steers, for people; empty where nothing does. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (guide != null) {
            facts.put("guide", ShippedModel.nameOf(guide));
        }
        if (classifier != null) {
            facts.put("steered", classifier + " at scale " + scale());
        }
        return facts;
    }

    private double scale() {
        return scale == null ? 1 : scale;
    }

    /**
     * What steers a model, loaded at the first call; borrowed.
     *
     * @throws IllegalArgumentException if it does not fit the model, or changes nothing
     */
    public Steered of(DiffusionModel model, SampleSettings settings) {
        if (guide != null) {
            if (worse == null) {
                worse = DiffusionModel.load(guide, model.compute());
            }
            Autoguidance by = new Autoguidance(worse);
            by.requireFits(model);
            Autoguidance.requireGuided(settings);
            return Steered.of(by, ModelFolder.open(guide).hash());
        }
        if (classifier != null) {
            if (steering == null) {
                steering = NoisyClassifier.load(classifier);
            }
            steering.requireFits(model);
            return Steered.of(new ClassifierSteering(steering, scale()), NoisyClassifier.hash(classifier));
        }
        return Steered.NOT;
    }

    @Override
    public void close() {
        if (worse != null) {
            worse.close();
        }
        if (steering != null) {
            steering.close();
        }
    }
}
