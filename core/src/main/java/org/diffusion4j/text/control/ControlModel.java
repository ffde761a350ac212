package org.diffusion4j.text.control;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.data.text.TaggedText;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.data.text.TextLayout;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextClassifier;
import org.diffusion4j.text.TextModel;
import org.jspecify.annotations.Nullable;

/**
 * Classifiers of texts on noisy embeddings of one model of texts: of the facts that they tell, of parts of speech and of phrases. Closing it
 * frees the weights.
 *
 * <p>Threads: may be shared, and closed by any: the close waits for calls under way.
 */
public final class ControlModel implements AutoCloseable {

    private static final double BF16 = 1.0 / 256; // to the precision of bf16
    private static final String CARD = "control.json";
    private static final String WEIGHTS = "control.safetensors";
    private static final String TAGGED = "tagged.jsonl";

    private final TextClassifier classifier;
    private final ControlRecipe recipe;
    private final ControlLabels labels;
    private final int vocabulary;
    private final int positions;

    private ControlModel(
            TextClassifier classifier, ControlRecipe recipe, ControlLabels labels, int vocabulary, int positions) {
        this.classifier = classifier;
        this.recipe = recipe;
        this.labels = labels;
        this.vocabulary = vocabulary;
        this.positions = positions;
    }

    /** The folder of the controls that lie with a model of texts, {@code controls} in its folder, if they are there. */
    public static Optional<Path> with(Path model) {
        return Optional.of(model.resolve("controls")).filter(folder -> Files.exists(folder.resolve(CARD)));
    }

    /** One that has learned nothing, with the embeddings of a model. */
    static ControlModel untrained(ControlRecipe recipe, TextModel of, ControlLabels labels) {
        ControlModel model = made(
                recipe.with("model.embedding=" + of.recipe().model().embedding()),
                labels,
                of.vocabulary().size(),
                of.recipe().data().length());
        try (PointerScope scope = new PointerScope()) {
            model.classifier.learnEmbeddings(of.embeddings());
        }
        return model;
    }

    private static ControlModel made(ControlRecipe recipe, ControlLabels labels, int vocabulary, int positions) {
        return new ControlModel(
                new TextClassifier(
                        vocabulary,
                        positions,
                        labels.outputs(),
                        recipe.model(),
                        recipe.train().seed(),
                        ScalarType.Float),
                recipe,
                labels,
                vocabulary,
                positions);
    }

    /**
     * Reads a folder.
     *
     * @return owned by the caller
     * @throws FormatException if it is not the folder of such classifiers
     */
    public static ControlModel load(Path folder) {
        Path file = folder.resolve(CARD);
        if (!Files.exists(file)) {
            throw new FormatException(folder + ": is not the folder of controls, it has no " + CARD
                    + (Files.exists(folder.resolve("model").resolve(CARD))
                            ? "; did you mean " + folder.resolve("model") + "?"
                            : ""));
        }
        Path tagged = folder.resolve(TAGGED);
        ControlModel model = ofCard(
                Json.readObject(file), Files.exists(tagged) ? TaggedFile.read(tagged) : List.of(), file.toString());
        Path weights = folder.resolve(WEIGHTS);
        try (PointerScope scope = new PointerScope();
                TensorFile tensors = Safetensors.open(weights)) {
            model.classifier.parameters().load(tensors.tensors(), weights.toString());
            return model;
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @SuppressWarnings("unchecked") // keys of trees are texts
    private static ControlModel ofCard(Map<String, @Nullable Object> tree, List<TaggedText> tagged, String source) {
        if (!(tree.get("recipe") instanceof Map<?, ?> recipe)
                || !(tree.get("facts") instanceof Map<?, ?> facts)
                || !(tree.get("vocabulary") instanceof Number vocabulary)
                || !(tree.get("positions") instanceof Number positions)) {
            throw new FormatException(source + ": needs 'recipe', 'facts', 'vocabulary' and 'positions'");
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        facts.forEach((name, each) -> values.put(
                name.toString(),
                each instanceof List<?> list
                        ? list.stream().map(Object::toString).toList()
                        : List.of()));
        try {
            return made(
                    ControlRecipe.KIND.read((Map<String, @Nullable Object>) recipe, List.of(), source),
                    new ControlLabels(new FactTable(values), tagged),
                    vocabulary.intValue(),
                    positions.intValue());
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** Writes the folder with an average of the weights, whole or not at all; one that exists is replaced. */
    void saveAverage(Path folder, Tensor average) {
        AtomicFolder.replace(folder, inside -> {
            Map<String, @Nullable Object> tree = new LinkedHashMap<>();
            tree.put("kind", ControlRecipe.KIND.name());
            tree.put("recipe", recipe.toMap());
            tree.put("facts", labels.facts().values());
            tree.put("vocabulary", vocabulary);
            tree.put("positions", positions);
            Json.write(inside.resolve(CARD), tree);
            if (labels.hasTags()) {
                TaggedFile.write(inside.resolve(TAGGED), labels.tagged());
            }
            try (CloseGuard.Use use = classifier.parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve(WEIGHTS),
                        classifier.parameters().viewsOf(average),
                        recipe.storage().dtype(),
                        Map.of());
            }
        });
    }

    TextClassifier classifier() {
        return classifier;
    }

    /** How many words or characters a text has at most. */
    int words() {
        return positions - 2; // without the marks before and after
    }

    /** What it knows. */
    public ControlLabels labels() {
        return labels;
    }

    /**
     * Refuses a model of texts with other embeddings. Normalized ones may have been rounded where they were saved.
     *
     * @throws IllegalArgumentException if it is not the one for which this was trained
     */
    void requireFits(TextModel model) {
        try (CloseGuard.Use use = classifier.parameters().use();
                PointerScope scope = new PointerScope()) {
            require(
                    model.recipe().model().normalized()
                            ? model.embeddings().allclose(classifier.embeddings(), BF16, BF16, false)
                            : model.embeddings().equal(classifier.embeddings()),
                    "the controls were trained for another model of texts, '%s' at that time; train them for this one",
                    recipe.of());
        }
    }

    /**
     * How much of texts it recognises, by the clean embeddings: the share of texts of each fact, by its name; of words, called
     * {@link ControlGoal#POS}, whose part of speech is the tagger's; of groups of words, called {@link ControlGoal#SPAN}, of which half are
     * phrases of the grammar.
     *
     * @param items at least one
     * @param model for which it was trained
     */
    public Map<String, Double> accuracy(List<TextItem> items, TextModel model) {
        requireFits(model);
        ControlExamples examples = new ControlExamples(items, labels, model, 1, 0, true, "");
        Map<String, long[]> counts = new LinkedHashMap<>(); // right, and all
        for (int i = 0; i < items.size(); i++) {
            Cancellation.checkpoint();
            try (CloseGuard.Use use = classifier.parameters().use();
                    AutoGradMode noGrad = new AutoGradMode(false);
                    PointerScope scope = new PointerScope()) {
                count(examples.batch(i).condition(), counts);
            }
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        counts.forEach((name, count) -> shares.put(name, count[0] / (double) count[1]));
        return shares;
    }

    private void count(Condition condition, Map<String, long[]> counts) {
        Tensor features = features(known(condition, ControlLoss.TOKENS));
        Tensor told = condition.get(ControlLoss.FACTS);
        if (told != null) {
            List<String> names = new ArrayList<>(labels.facts().values().keySet());
            List<Tensor> each = ControlLoss.split(labels.facts(), classifier.ofTexts(features));
            for (int f = 0; f < names.size(); f++) {
                count(names.get(f), each.get(f), told.select(1, f), counts);
            }
        }
        Tensor tags = condition.get(ControlLoss.TAGS);
        if (tags != null) {
            count(ControlGoal.POS, classifier.ofTokens(features), tags, counts);
            Tensor groups = known(condition, ControlLoss.GROUPS);
            count(ControlGoal.SPAN, classifier.ofPhrases(features, groups), groups.select(2, 2), counts);
        }
    }

    private static void count(String name, Tensor logits, Tensor classes, Map<String, long[]> counts) {
        long[] count = counts.computeIfAbsent(name, any -> new long[2]);
        count[0] += logits.argmax(new LongOptional(-1), false).eq(classes).sum().item_long();
        count[1] += classes.ne(new Scalar(ControlLoss.PASSED_OVER)).sum().item_long();
    }

    private static Tensor known(Condition condition, String name) {
        return Objects.requireNonNull(condition.get(name), name);
    }

    private Tensor features(Tensor tokens) {
        Tensor embedded = classifier.embed(tokens);
        return classifier.forward(embedded, Tensors.of(new double[] {0}).to(embedded), Condition.NONE);
    }

    /** What a text tells, by name; of what it does not tell nothing. */
    public Map<String, String> tell(String text, TextModel model) {
        requireFits(model);
        if (labels.facts().outputs() == 0) {
            return Map.of();
        }
        long[] seen = recognised(text, model);
        Map<String, String> told = new LinkedHashMap<>();
        int f = 0;
        for (Map.Entry<String, List<String>> fact : labels.facts().values().entrySet()) {
            int value = (int) seen[f++];
            if (value > 0) {
                told.put(fact.getKey(), fact.getValue().get(value));
            }
        }
        return told;
    }

    private long[] recognised(String text, TextModel model) {
        try (CloseGuard.Use use = classifier.parameters().use();
                AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            int[] row = TextLayout.PAD
                    .rows(model.vocabulary(), List.of(text), positions)
                    .get(0);
            long[] tokens = new long[row.length];
            for (int i = 0; i < row.length; i++) {
                tokens[i] = row[i];
            }
            Tensor logits = classifier.ofTexts(features(Tensors.of(tokens, 1, row.length)));
            return ControlLoss.split(labels.facts(), logits).stream()
                    .mapToLong(each -> each.argmax(new LongOptional(1), false).item_long())
                    .toArray();
        }
    }

    @Override
    public void close() {
        classifier.close();
    }
}
