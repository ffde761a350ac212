package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.vision.Features;

/**
 * What real pictures score: those of the data set's other part, as many as are measured, so that a figure has something to be compared
 * with. Subsets are drawn by seeds, which gives the figure's spread.
 *
 * @param other what the network sees in the other part, borrowed
 * @param labels their classes; empty where they have none
 * @param count how many are drawn for each seed; all where there are fewer
 * @param seeds how many subsets; one where all are drawn
 */
public record RealBaseline(Features other, int[] labels, int count, int seeds) {

    public RealBaseline {
        require(count >= 1 && seeds >= 1, "a floor needs pictures and seeds, was given %s and %s", count, seeds);
    }

    /** A metric's figures beside the same reference: mean and deviation of each over the seeds. */
    public Map<String, Spread> of(SampleMetric metric, Reference reference) {
        int all = (int) other.vectors().size(0);
        Map<String, List<Double>> figures = new LinkedHashMap<>();
        for (int seed = 0; seed < (count < all ? seeds : 1); seed++) {
            Cancellation.checkpoint();
            try (PointerScope scope = new PointerScope()) {
                int[] rows = RandomRows.of(all, Math.min(count, all), seed);
                metric.of(compared(rows, reference))
                        .forEach((name, figure) -> figures.computeIfAbsent(name, absent -> new ArrayList<>())
                                .add(figure));
            }
        }
        Map<String, Spread> spreads = new LinkedHashMap<>();
        figures.forEach((name, of) -> spreads.put(
                name, Spread.of(of.stream().mapToDouble(Double::doubleValue).toArray())));
        return spreads;
    }

    private MetricInput compared(int[] rows, Reference reference) {
        Tensor index = Tensors.of(Arrays.stream(rows).asLongStream().toArray());
        Features chosen = other.each(tensor -> tensor.index_select(0, index));
        int[] theirLabels = labels.length == 0
                ? labels
                : Arrays.stream(rows).map(row -> labels[row]).toArray();
        return new MetricInput(chosen, theirLabels, reference);
    }
}
