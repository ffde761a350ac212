package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
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

    /** Its kind, which knows how files of such recipes are read. */
    Kind<?> kind();

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

    /** All fields as a JSON tree, the kind first. */
    default Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put(KIND_KEY, kind().name());
        tree.putAll(Records.CAMEL_CASE.write((Record) this));
        return tree;
    }

    /** This recipe with what is left to the machine decided. */
    Recipe resolved();

    /** What determines the weights after so many steps: not the names, not what comes later, not where data lie. */
    default Map<String, @Nullable Object> determining(long steps) {
        Map<String, @Nullable Object> tree = toMap();
        tree.keySet().removeAll(kind().withoutEffect);
        if (tree.get("data") instanceof Map<?, ?> data) {
            data.remove(Kind.SOURCE);
        }
        tree.put("train", train().determining(steps));
        return tree;
    }

    /**
     * A kind of recipes: the word that files say it by, and how they become records. A constant of each kind's record.
     *
     * <p>Threads: immutable.
     *
     * @param <R> the record
     */
    class Kind<R extends Record & Recipe> {

        private static final String SOURCE = "source";

        private final String name;
        private final Supplier<R> defaults;
        private final Set<String> withoutEffect;

        /**
         * A kind.
         *
         * @param name what {@code kind} says in its files
         * @param defaults makes the recipe of which a file has what it omits
         * @param withoutEffect sections that have no effect on the weights, beside the kind, the names, the comment and the data's source
         */
        public Kind(String name, Supplier<R> defaults, String... withoutEffect) {
            this.name = name;
            this.defaults = defaults;
            this.withoutEffect = new HashSet<>(List.of(withoutEffect));
            this.withoutEffect.addAll(List.of(KIND_KEY, "name", "comment", SOURCE));
        }

        public String name() {
            return name;
        }

        /** Whether a file says that it is a recipe of this kind. */
        public final boolean isOne(Path file) {
            return isOne(Json.readObject(file));
        }

        /** Whether a file's tree says so. */
        public boolean isOne(Map<String, ? extends @Nullable Object> tree) {
            return name.equals(tree.get(KIND_KEY));
        }

        /**
         * Reads a file; what it omits is as in the defaults.
         *
         * @param changes assignments such as {@code train.batchSize=64}, made last
         * @throws FormatException if it is a recipe of another kind, a field is not known or has a value of the wrong type
         */
        public R read(Path file, List<String> changes) {
            return read(Json.readObject(file), changes, file.toString());
        }

        /**
         * Reads a tree, as {@link Recipe#toMap} makes it; what it omits is as in the defaults, also its kind.
         *
         * @param source where it comes from, for messages
         * @throws FormatException as {@link #read(Path, List)}
         */
        public R read(Map<String, ? extends @Nullable Object> tree, List<String> changes, String source) {
            return read(defaults.get(), tree, changes, source);
        }

        /** A recipe after assignments such as {@code train.batchSize=64}. */
        public R changed(R recipe, List<String> changes) {
            return read(recipe, recipe.toMap(), changes, "recipe " + recipe.name());
        }

        private R read(R defaults, Map<String, ? extends @Nullable Object> tree, List<String> changes, String source) {
            Map<String, @Nullable Object> changed = new LinkedHashMap<>(tree);
            changes.forEach(change -> Json.set(changed, change));
            Object found = changed.remove(KIND_KEY);
            if (found != null && !found.equals(name)) {
                throw new FormatException(
                        source + ": kind is '" + found + "', but this is read as a recipe of kind '" + name + "'");
            }
            prepare(changed, source);
            return Records.CAMEL_CASE.read(defaults, changed, source);
        }

        /**
         * Gives a tree the form of the record: of a kind whose files have, or had in the past, another.
         *
         * @param tree the fields without the kind, to be changed
         * @param source where it comes from, for messages
         */
        protected void prepare(Map<String, @Nullable Object> tree, String source) {}
    }
}
