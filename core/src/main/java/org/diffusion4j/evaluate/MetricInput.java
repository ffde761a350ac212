package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.vision.Features;

/**
 * Pictures beside those that they should be like, as one network sees both.
 *
 * @param pictures what is measured, borrowed
 * @param labels the class of each picture; empty where they have none
 * @param reference what they should be like, borrowed
 */
public record MetricInput(Features pictures, int[] labels, Reference reference) {

    public MetricInput {
        require(
                labels.length == 0 || labels.length == pictures.vectors().size(0),
                "%s labels do not fit %s pictures",
                labels.length,
                pictures.vectors().size(0));
    }

    /** How many pictures are measured. */
    public long count() {
        return pictures.vectors().size(0);
    }

    /** As many feature vectors of the pictures as of the reference: of the larger set evenly spread ones, made in the caller's scope. */
    Tensor[] equalNumbers() {
        long n = Math.min(count(), reference.seen().vectors().size(0));
        return new Tensor[] {
            spread(pictures.vectors(), n), spread(reference.seen().vectors(), n)
        };
    }

    private static Tensor spread(Tensor vectors, long n) {
        long all = vectors.size(0);
        return vectors.index_select(
                0, Tensors.of(LongStream.range(0, n).map(i -> i * all / n).toArray()));
    }
}
