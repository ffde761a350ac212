package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.diffusion4j.train.optimizer.Optimizer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a training is made of; together with the data it determines the model, bit for bit on one machine and number of
 * threads. Each kind of data has a record of its own, with sections of its own; this is what all have.
 */
public interface Recipe {

    /** The key that says of what kind of data a recipe is. */
    String KIND_KEY = "kind";

    /** The name of the run, by which its folder is called. */
    String name();

    /**
     * Refuses a name that no folder of a run can have.
     *
     * @throws IllegalArgumentException if it is one
     */
    static void requireName(String name) {
        require(
                name.matches("[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_+. -]{0,99}"),
                "name must be that of a folder beneath runs, letters and digits with any of '-_+. ' among them, was '%s'",
                name);
    }

    /**
     * Makes assignments such as {@code train.batchSize=64} in the tree of a recipe, and takes the kind out of it, so that a record can be
     * read from what is left. A tree without a kind passes.
     *
     * @param kind that the tree should have
     * @param source where the tree comes from, for messages
     * @throws FormatException if it is a recipe of another kind, or an assignment is none
     */
    static void change(Map<String, @Nullable Object> tree, List<String> changes, String kind, String source) {
        for (String change : changes) {
            Json.set(tree, change);
        }
        Object found = tree.remove(KIND_KEY);
        if (found != null && !found.equals(kind)) {
            throw new FormatException(
                    source + ": kind is '" + found + "', but this is read as a recipe of kind '" + kind + "'");
        }
    }

    /** The tree of a recipe, its kind first: what {@link #toMap} returns. */
    static Map<String, @Nullable Object> tree(String kind, Record recipe) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put(KIND_KEY, kind);
        tree.putAll(Records.CAMEL_CASE.write(recipe));
        return tree;
    }

    /** Where the data come from, in the user's words. */
    String source();

    /** How it is trained. */
    TrainSettings train();

    /**
     * The optimizer of a training that begins; that of {@code train.optimizer} where the kind of data has none of its own.
     *
     * @param values the flat weights {@code [count]}, borrowed for the optimizer's life
     * @param gradients theirs, likewise
     * @return owned by the caller
     */
    default Optimizer optimizer(Tensor values, Tensor gradients) {
        return train().optimizer().of(values, gradients, train().seed());
    }

    /** All fields as a JSON tree. */
    Map<String, @Nullable Object> toMap();

    /** This recipe with what is left to the machine decided. */
    Recipe resolved();

    /** What determines the weights after so many steps: not the names, not what comes later, not where data lie. */
    Map<String, @Nullable Object> determining(long steps);

    /**
     * Another recipe of this kind; what its tree omits is as it was before there was such a field.
     *
     * @param tree as {@link #toMap} makes it
     * @param source where it comes from, for messages
     * @throws org.diffusion4j.engine.FormatException if a field is not known or has a value of the wrong type
     */
    Recipe ofSameKind(Map<String, @Nullable Object> tree, String source);
}
