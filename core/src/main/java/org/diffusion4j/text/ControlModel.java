package org.diffusion4j.text;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.text.FactTable;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.data.text.TextLayout;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.io.AtomicFolder;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.text.TextClassifier;
import org.jspecify.annotations.Nullable;

/**
 * Classifiers of the facts that texts tell, on noisy embeddings of one model of texts. Closing it frees the weights.
 *
 * <p>Threads: may be shared, and closed by any: the close waits for calls under way.
 */
public final class ControlModel implements AutoCloseable {

    private static final String CARD = "control.json";
    private static final String WEIGHTS = "control.safetensors";

    private final TextClassifier classifier;
    private final ControlRecipe recipe;
    private final FactTable facts;
    private final int vocabulary;
    private final int positions;

    private ControlModel(
            TextClassifier classifier, ControlRecipe recipe, FactTable facts, int vocabulary, int positions) {
        this.classifier = classifier;
        this.recipe = recipe;
        this.facts = facts;
        this.vocabulary = vocabulary;
        this.positions = positions;
    }

    /** One that has learned nothing, with the embeddings of a model. */
    static ControlModel untrained(ControlRecipe recipe, TextModel of, FactTable facts) {
        ControlModel model = made(
                recipe.with("model.embedding=" + of.recipe().model().embedding()),
                facts,
                of.vocabulary().size(),
                of.recipe().data().length());
        model.classifier.learnEmbeddings(of.network().embeddings());
        return model;
    }

    private static ControlModel made(ControlRecipe recipe, FactTable facts, int vocabulary, int positions) {
        return new ControlModel(
                new TextClassifier(
                        vocabulary,
                        positions,
                        facts.outputs(),
                        recipe.model(),
                        recipe.train().seed(),
                        ScalarType.Float),
                recipe,
                facts,
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
        ControlModel model = ofCard(Json.readObject(file), file.toString());
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
    private static ControlModel ofCard(Map<String, @Nullable Object> tree, String source) {
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
                    ControlRecipe.defaults().ofSameKind((Map<String, @Nullable Object>) recipe, source),
                    new FactTable(values),
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
            tree.put("kind", ControlRecipe.KIND);
            tree.put("recipe", recipe.toMap());
            tree.put("facts", facts.values());
            tree.put("vocabulary", vocabulary);
            tree.put("positions", positions);
            Json.write(inside.resolve(CARD), tree);
            try (CloseGuard.Use use = classifier.parameters().use();
                    PointerScope scope = new PointerScope()) {
                Safetensors.write(
                        inside.resolve(WEIGHTS), classifier.parameters().viewsOf(average), Map.of());
            }
        });
    }

    TextClassifier classifier() {
        return classifier;
    }

    /** The facts that it knows, and their values. */
    public FactTable facts() {
        return facts;
    }

    /**
     * Refuses a model of texts with other embeddings.
     *
     * @throws IllegalArgumentException if it is not the one for which this was trained
     */
    void requireFits(TextModel model) {
        try (CloseGuard.Use use = classifier.parameters().use();
                PointerScope scope = new PointerScope()) {
            require(
                    model.network().embeddings().equal(classifier.embeddings()),
                    "the controls were trained for another model of texts, '%s' at that time; train them for this one",
                    recipe.of());
        }
    }

    /**
     * The share of texts of which it recognises each fact, by the clean embeddings.
     *
     * @param items at least one
     * @param model for which it was trained
     */
    public Map<String, Double> accuracy(List<TextItem> items, TextModel model) {
        requireFits(model);
        List<String> names = new ArrayList<>(facts.values().keySet());
        double[] right = new double[names.size()];
        for (TextItem item : items) {
            long[] told = facts.classes(item);
            long[] seen = recognised(item.text(), model);
            for (int f = 0; f < right.length; f++) {
                right[f] += told[f] == seen[f] ? 1.0 / items.size() : 0;
            }
        }
        Map<String, Double> shares = new LinkedHashMap<>();
        for (int f = 0; f < right.length; f++) {
            shares.put(names.get(f), right[f]);
        }
        return shares;
    }

    /** What a text tells, by name; of what it does not tell nothing. */
    public Map<String, String> tell(String text, TextModel model) {
        requireFits(model);
        long[] seen = recognised(text, model);
        Map<String, String> told = new LinkedHashMap<>();
        int f = 0;
        for (Map.Entry<String, List<String>> fact : facts.values().entrySet()) {
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
            Tensor embedded = classifier.embed(Tensors.of(tokens, 1, row.length));
            Tensor logits =
                    classifier.forward(embedded, Tensors.of(new double[] {0}).to(embedded), Condition.NONE);
            return ControlLoss.split(facts, logits).stream()
                    .mapToLong(each -> each.argmax(new LongOptional(1), false).item_long())
                    .toArray();
        }
    }

    @Override
    public void close() {
        classifier.close();
    }
}
