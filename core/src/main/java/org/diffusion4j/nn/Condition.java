package org.diffusion4j.nn;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What a network receives beside x and t: classes, the tokens of a text, further channels, a hidden state. Tensors by name, each with
 * the batch as its first dimension. A network takes the names that it knows and refuses others.
 *
 * <p>Immutable; its tensors are borrowed, and what a method makes of them is made in the caller's scope. Threads: may be shared.
 */
public final class Condition {

    /** Nothing. */
    public static final Condition NONE = new Condition(Map.of());

    /** The name of class indices, int64 {@code [batch]}. */
    public static final String CLASSES = "classes";

    private final Map<String, Tensor> tensors;

    private Condition(Map<String, Tensor> tensors) {
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** One tensor, {@code [batch, …]}. */
    public static Condition of(String name, Tensor tensor) {
        return NONE.with(name, tensor);
    }

    /**
     * Class indices.
     *
     * @param classes int64 {@code [batch]}, or null for {@link #NONE}
     */
    public static Condition ofClasses(@Nullable Tensor classes) {
        return classes == null ? NONE : of(CLASSES, classes);
    }

    /** This and one more tensor, {@code [batch, …]}, which replaces one of the same name. */
    public Condition with(String name, Tensor tensor) {
        Map<String, Tensor> more = new LinkedHashMap<>(tensors);
        more.put(name, tensor);
        return new Condition(more);
    }

    /** Whether there is nothing. */
    public boolean isNone() {
        return tensors.isEmpty();
    }

    /** What there is. */
    public Set<String> names() {
        return tensors.keySet();
    }

    /** The tensor of that name, or null. */
    public @Nullable Tensor get(String name) {
        return tensors.get(name);
    }

    /**
     * This condition, checked by a network that knows these names only.
     *
     * @throws IllegalArgumentException if there is another
     */
    public Condition only(String... known) {
        for (String name : tensors.keySet()) {
            require(
                    Set.of(known).contains(name),
                    known.length == 0
                            ? "the network takes no condition, but was given '%s'"
                            : "the network takes no condition '%s'; it takes " + String.join(", ", known),
                    name);
        }
        return this;
    }

    /** The part of the batch from {@code first} on. */
    public Condition slice(long first, long count) {
        return each(tensor -> tensor.narrow(0, first, count));
    }

    /**
     * Two batches as one.
     *
     * @throws IllegalArgumentException if they do not have the same names
     */
    public static Condition join(Condition first, Condition second) {
        first.requireNamesOf(second);
        Map<String, Tensor> joined = new LinkedHashMap<>();
        first.tensors.forEach((name, tensor) ->
                joined.put(name, torch.cat(new TensorVector(tensor, second.tensors.get(name)), 0)));
        return new Condition(joined);
    }

    /**
     * This condition, with that of other samples in its place.
     *
     * @param chosen bool {@code [batch]}, the samples that receive {@code other} instead
     * @throws IllegalArgumentException if they do not have the same names
     */
    public Condition replacedWhere(Tensor chosen, Condition other) {
        requireNamesOf(other);
        Map<String, Tensor> replaced = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            long[] shape = new long[(int) tensor.dim()];
            Arrays.fill(shape, 1);
            shape[0] = tensor.size(0);
            replaced.put(name, torch.where(chosen.view(shape), other.tensors.get(name), tensor));
        });
        return new Condition(replaced);
    }

    private void requireNamesOf(Condition other) {
        require(
                names().equals(other.names()),
                "conditions of different kinds cannot be joined: one has %s, the other %s",
                names(),
                other.names());
    }

    /** The same with each tensor changed. */
    public Condition each(UnaryOperator<Tensor> change) {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> changed.put(name, change.apply(tensor)));
        return new Condition(changed);
    }

    /** The names. */
    @Override
    public String toString() {
        return names().toString();
    }
}
