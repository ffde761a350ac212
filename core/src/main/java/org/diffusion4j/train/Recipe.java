package org.diffusion4j.train;

import static org.diffusion4j.engine.Require.require;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.train.optimizer.Optimizer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a training is made of; together with the data it determines the model, bit for bit on one machine and number of
 * threads. Each kind of data has a record of its own, with sections of its own; this is what all have.
 */
public interface Recipe {

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
