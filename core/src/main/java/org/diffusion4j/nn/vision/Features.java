package org.diffusion4j.nn.vision;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a network sees in a batch of pictures. Closing it frees the tensors, which otherwise belong to the scope in which they were made.
 *
 * @param vectors {@code [batch, features]}, by which pictures are compared
 * @param logits {@code [batch, classes]}, before the softmax
 * @param spatial {@code [batch, features]} of an earlier layer, each at its place in the picture; null where the network gives none
 */
public record Features(
        Tensor vectors, Tensor logits, @Nullable Tensor spatial) implements AutoCloseable {

    /** The tensors by name, as a file keeps them. */
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("vectors", vectors);
        tensors.put("logits", logits);
        if (spatial != null) {
            tensors.put("spatial", spatial);
        }
        return tensors;
    }

    /** The same with each tensor changed, made in the caller's scope. */
    public Features each(UnaryOperator<Tensor> change) {
        return new Features(
                change.apply(vectors), change.apply(logits), spatial == null ? null : change.apply(spatial));
    }

    @Override
    public void close() {
        tensors().values().forEach(Tensor::close);
    }
}
