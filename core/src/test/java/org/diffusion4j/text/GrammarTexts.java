package org.diffusion4j.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.train.TrainListener;

/** 36 sentences of a grammar, and a model that learned them. */
public final class GrammarTexts {

    private static final List<String> SUBJECTS = List.of("cat", "dog", "bird");
    private static final List<String> VERBS = List.of("sees", "hears");

    private GrammarTexts() {}

    /** "the cat sees the dog", and with "now" behind where it begins with "a". */
    public static List<String> sentences() {
        List<String> all = new ArrayList<>();
        for (String article : List.of("the", "a")) {
            for (String subject : SUBJECTS) {
                for (String verb : VERBS) {
                    for (String object : SUBJECTS) {
                        all.add(article + " " + subject + " " + verb + " the " + object
                                + (article.equals("a") ? " now" : ""));
                    }
                }
            }
        }
        return all;
    }

    /** Them, of which 16 are also held out, with {@link #item facts}. */
    public static TextCorpus corpus() {
        List<TextItem> items = sentences().stream().map(GrammarTexts::item).toList();
        return new TextCorpus(items, items.subList(0, 16));
    }

    /** With the subject as a fact, and where it is hearing, the verb. */
    private static TextItem item(String text) {
        String[] words = text.split(" ");
        return new TextItem("who : " + words[1] + (words[2].equals("hears") ? " | how : ears" : ""), text);
    }

    /** Of a network that learns them in 500 steps. */
    public static TextRecipe recipe(String... changes) {
        return TextRecipe.defaults()
                .with("data.length=9", "data.validation=16", "schedule.steps=100", "sample.steps=20")
                .with("model.embedding=8", "model.width=32", "model.layers=2", "model.heads=2", "model.inner=64")
                .with("model.timeChannels=16", "model.dropout=0", "model.selfConditioning=true", "infilling=0.5")
                .with("train.batchSize=32", "train.learningRate=4e-3", "train.warmupSteps=20", "train.emaDecay=0.98")
                .with("train.checkpointEvery=0", "train.validateEvery=0", "train.sampleEvery=0", "train.sampleCount=2")
                .with(changes);
    }

    /** Trains such a model and opens it. */
    public static TextModel trained(Path folder) {
        return trained(folder, recipe("train.steps=500"));
    }

    /** The same by another recipe. */
    static TextModel trained(Path folder, TextRecipe recipe) {
        try (TextTraining training = TextTraining.begin(recipe, corpus(), folder, false)) {
            training.run(TrainListener.NONE);
        }
        return TextModel.load(folder.resolve("model"));
    }

    /** Trains by a recipe, but stops after three steps and goes on. */
    static void trainInParts(Path folder, TextRecipe recipe) {
        try (TextTraining training = TextTraining.begin(recipe, corpus(), folder, false)) {
            training.run(new TrainListener() {
                @Override
                public void onStep(Step step) {
                    if (step.step() == 3) {
                        training.requestStop();
                    }
                }
            });
        }
        try (TextTraining training = TextTraining.resume(folder, corpus(), List.of(), warning -> {})) {
            training.run(TrainListener.NONE);
        }
    }
}
