package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.List;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.text.TextTransformerConfig;
import org.diffusion4j.train.LossTerms;
import org.diffusion4j.train.Recipe;
import org.diffusion4j.train.TrainSettings;

/**
 * Everything that a training of classifiers of noisy texts is made of, by which a model of texts is controlled.
 *
 * @param name the name of the run, by which its folder is called
 * @param of the folder of the model that is controlled
 * @param data where the texts lie, with facts before {@code ||} or with tagged texts beside them
 * @param model the classifier; {@code embedding} is that of the model
 * @param storage the precision of the weights in the folder: {@code float32}, {@code bf16} or {@code float16}
 */
public record ControlRecipe(
        String name, String of, Data data, TextTransformerConfig model, Precision storage, TrainSettings train)
        implements Recipe {

    /** The kind of these recipes. */
    public static final Kind<ControlRecipe> KIND =
            new Kind<>("text-control", ControlRecipe::defaults, "of", "data", "storage");

    /**
     * What is learned from.
     *
     * @param source as in the recipe of the model; empty for where that learned from
     * @param tagged the name of a file of tagged texts in the folder of the texts, or its path, from which parts of speech are learned; or empty
     */
    public record Data(String source, String tagged) {}

    public ControlRecipe {
        Recipe.requireName(name);
        require(
                train.objective().loss() == LossTerms.SIMPLE,
                "controls have the loss 'simple', not '%s'",
                train.objective().loss());
        storage.requireStorable();
        require(train.conditionDropout() == 0, "train.conditionDropout must be 0, was %s", train.conditionDropout());
        require(!model.selfConditioning(), "controls have no self-conditioning; set model.selfConditioning=false");
        require(
                !model.normalized(),
                "controls take the embeddings of the model of texts as they are; set model.normalized=false");
    }

    /**
     * Reads a recipe; what it omits is as in {@link #defaults}.
     *
     * @param changes assignments such as {@code train.batchSize=64}, made last
     * @throws FormatException if a field is not known or has a value of the wrong type
     */
    public static ControlRecipe read(Path file, List<String> changes) {
        return KIND.read(file, changes);
    }

    /** This recipe after assignments such as {@code train.batchSize=64}. */
    public ControlRecipe with(String... changes) {
        return KIND.changed(this, List.of(changes));
    }

    @Override
    public Kind<ControlRecipe> kind() {
        return KIND;
    }

    @Override
    public String source() {
        return data.source();
    }

    @Override
    public ControlRecipe resolved() {
        return withTrain(train.resolvedInFloat32("texts"));
    }

    /** A small classifier that learns for 2,000 steps. */
    public static ControlRecipe defaults() {
        return new ControlRecipe(
                "control",
                "",
                new Data("", ""),
                new TextTransformerConfig(16, 128, 2, 4, 512, 64, 0.1, false, false, false, 0),
                Precision.FLOAT32,
                TrainSettings.defaults()
                        .with(
                                "steps=2000",
                                "batchSize=64",
                                "learningRate=1e-3",
                                "warmupSteps=100",
                                "decayTo=0.02",
                                "conditionDropout=0",
                                "emaDecay=0.99",
                                "precision=float32",
                                "sampleCount=0",
                                "sampleEvery=0"));
    }

    public ControlRecipe withName(String name) {
        return Records.with(this, "name", name);
    }

    public ControlRecipe withOf(String of) {
        return Records.with(this, "of", of);
    }

    public ControlRecipe withData(Data data) {
        return Records.with(this, "data", data);
    }

    public ControlRecipe withModel(TextTransformerConfig model) {
        return Records.with(this, "model", model);
    }

    public ControlRecipe withStorage(Precision storage) {
        return Records.with(this, "storage", storage);
    }

    public ControlRecipe withTrain(TrainSettings train) {
        return Records.with(this, "train", train);
    }
}
