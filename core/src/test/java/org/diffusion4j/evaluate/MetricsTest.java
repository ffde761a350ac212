package org.diffusion4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Metrics")
class MetricsTest {

    private static final int DIMS = 12;

    private final SplittableRandom random = new SplittableRandom(20210614);
    private PointerScope scope;

    @BeforeEach
    void open() {
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private double[][] rows(int n, double shift) {
        double[][] rows = new double[n][DIMS];
        for (double[] row : rows) {
            for (int d = 0; d < DIMS; d++) {
                double previous = d == 0 ? 0 : row[d - 1];
                row[d] = shift + 0.5 * previous + 2 * random.nextDouble() - 1;
            }
        }
        return rows;
    }

    private static Tensor tensor(double[][] rows) {
        double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
        return Tensors.of(flat, rows.length, rows[0].length);
    }

    private static FeatureMoments moments(Tensor... batches) {
        FeatureMoments moments = new FeatureMoments((int) batches[0].size(1));
        for (Tensor batch : batches) {
            moments.add(batch);
        }
        return moments;
    }

    @Test
    void frechet_distance_of_a_set_with_itself_is_nothing_also_where_there_are_fewer_samples_than_features() {
        for (int n : new int[] {5, DIMS, 300}) {
            try (FeatureMoments x = moments(tensor(rows(n, 0)))) {
                assertThat(FrechetDistance.of(x, x)).as("%s samples", n).isLessThan(1e-3 * 1e-3);
            }
        }
    }

    @Test
    void frechet_distance_of_independent_features_is_the_sum_of_those_of_each() {
        int n = 400;
        double[] std = new double[DIMS];
        Arrays.setAll(std, d -> d == 0 ? 0 : 0.3 * d); // the first is constant
        Tensor unit = unitCovariance(n);
        Tensor one = unit.mul(Tensors.of(std));
        Tensor other = unit.mul(Tensors.of(Arrays.stream(std).map(s -> s + 0.7).toArray()))
                .add(Tensors.of(Arrays.stream(std).map(s -> s / 2).toArray()));
        double expected = Arrays.stream(std).map(s -> 0.7 * 0.7 + s * s / 4).sum(); // |μ₁ − μ₂|² + (σ₁ − σ₂)² of each
        try (FeatureMoments x = moments(one);
                FeatureMoments y = moments(other)) {
            assertThat(FrechetDistance.of(x, y)).isCloseTo(expected, within(1e-6)); // a root of the rounding, 1e-16
        }
    }

    /** Samples whose mean is 0 and whose covariance is the unit matrix: Fourier modes are orthogonal. */
    private static Tensor unitCovariance(int n) {
        double[][] rows = new double[n][DIMS];
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < DIMS; d++) {
                rows[i][d] = Math.sqrt(2.0 * (n - 1) / n) * Math.cos(2 * Math.PI * (d + 1) * i / n);
            }
        }
        return tensor(rows);
    }

    @Test
    void moments_do_not_depend_on_how_samples_are_split_over_accumulators() {
        double[][] rows = rows(101, 1000); // a mean that is large beside the spread
        try (FeatureMoments whole = moments(tensor(rows));
                FeatureMoments left = moments(tensor(Arrays.copyOfRange(rows, 0, 1)));
                FeatureMoments right =
                        moments(tensor(Arrays.copyOfRange(rows, 1, 70)), tensor(Arrays.copyOfRange(rows, 70, 101)));
                FeatureMoments empty = new FeatureMoments(DIMS);
                FeatureMoments other = moments(tensor(rows(200, 1001)))) {
            left.merge(right);
            left.merge(empty);
            assertThat(left.count()).isEqualTo(101);
            double expected = FrechetDistance.of(whole, other);
            assertThat(FrechetDistance.of(left, other)).isCloseTo(expected, within(1e-6 * expected));
        }
    }

    @Test
    void inception_score_agrees_with_the_formula_and_does_not_depend_on_the_split_over_accumulators() {
        int n = 53;
        int splits = 4;
        double[][] logits = rows(n, 0);
        double[] scores = new double[splits];
        for (int i = 0; i < splits; i++) {
            scores[i] = scoreOf(Arrays.copyOfRange(logits, i * n / splits, (i + 1) * n / splits));
        }
        try (InceptionScore left = new InceptionScore(n, splits, DIMS);
                InceptionScore right = new InceptionScore(n, splits, DIMS)) {
            left.add(20, tensor(Arrays.copyOfRange(logits, 20, n)));
            right.add(0, tensor(Arrays.copyOfRange(logits, 0, 20)));
            left.merge(right);
            Spread found = left.score();
            assertThat(found.mean()).isCloseTo(Spread.of(scores).mean(), within(1e-12));
            assertThat(found.std()).isCloseTo(Spread.of(scores).std(), within(1e-12));
        }
    }

    /** exp E Σ p log(p / p(y)), as written. */
    private static double scoreOf(double[][] logits) {
        double[][] p = Arrays.stream(logits).map(MetricsTest::softmax).toArray(double[][]::new);
        double sum = 0;
        for (double[] row : p) {
            for (int c = 0; c < DIMS; c++) {
                int of = c;
                double marginal =
                        Arrays.stream(p).mapToDouble(each -> each[of]).average().orElseThrow();
                sum += row[c] * Math.log(row[c] / marginal);
            }
        }
        return Math.exp(sum / p.length);
    }

    private static double[] softmax(double[] logits) {
        double sum = Arrays.stream(logits).map(Math::exp).sum();
        return Arrays.stream(logits).map(x -> Math.exp(x) / sum).toArray();
    }

    @Test
    void inception_score_refuses_to_answer_before_all_samples_came() {
        try (InceptionScore score = new InceptionScore(10, 2, DIMS)) {
            score.add(0, tensor(rows(7, 0)));
            assertThatThrownBy(score::score)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("split 1 has 5 samples, but 2 were taken in");
        }
    }

    @Test
    void kernel_distance_agrees_with_sums_over_pairs() {
        double[][] x = rows(20, 0);
        double[][] y = rows(20, 0.3);
        double sum = 0;
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 20; j++) {
                sum += i == j ? 0 : (cubic(x[i], x[j]) + cubic(y[i], y[j])) / (20 * 19);
                sum -= 2 * cubic(x[i], y[j]) / (20 * 20);
            }
        }
        KernelDistance all = new KernelDistance(Kernel.Polynomial.cubic(), 3, 20, 0); // subsets of all: all alike
        Spread found = all.between(tensor(x), tensor(y));
        assertThat(found.mean()).isCloseTo(sum, within(1e-12));
        assertThat(found.std()).isLessThan(1e-12);
    }

    private static double cubic(double[] x, double[] y) {
        double dot = 0;
        for (int d = 0; d < DIMS; d++) {
            dot += x[d] * y[d];
        }
        return Math.pow(dot / DIMS + 1, 3);
    }

    @Test
    void kernel_distance_of_one_distribution_is_nothing_within_its_error_and_grows_with_a_shift() {
        KernelDistance kid = new KernelDistance(Kernel.Polynomial.cubic(), 40, 100, 1);
        Tensor reference = tensor(rows(400, 0));
        Spread same = kid.between(tensor(rows(400, 0)), reference);
        assertThat(Math.abs(same.mean())).isLessThan(5 * same.std());
        assertThat(kid.between(tensor(rows(400, 0.5)), reference).mean()).isGreaterThan(5 * same.std());
    }

    @Test
    void precision_and_recall_agree_with_neighbours_found_by_sorting() {
        double[][] x = rows(60, 0.6);
        double[][] y = rows(45, 0);
        PrecisionRecall found = PrecisionRecall.of(tensor(x), tensor(y), 3);
        assertThat(found.precision()).isEqualTo(share(x, y, 3));
        assertThat(found.recall()).isEqualTo(share(y, x, 3));
        assertThat(found.precision()).isBetween(0.05, 0.95); // so that the case can tell
    }

    private static double share(double[][] x, double[][] y, int k) {
        double inside = 0;
        for (double[] each : x) {
            for (double[] centre : y) {
                double[] sorted = Arrays.stream(y)
                        .mapToDouble(other -> distance(centre, other))
                        .sorted()
                        .toArray();
                if (distance(each, centre) <= sorted[k]) { // the first is itself
                    inside++;
                    break;
                }
            }
        }
        return inside / x.length;
    }

    private static double distance(double[] x, double[] y) {
        double sum = 0;
        for (int d = 0; d < DIMS; d++) {
            sum += (x[d] - y[d]) * (x[d] - y[d]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void precision_and_recall_of_a_set_with_itself_are_one() {
        Tensor x = tensor(rows(600, 0)); // more than one block of rows
        assertThat(PrecisionRecall.of(x, x, 3)).isEqualTo(new PrecisionRecall(1, 1));
    }

    @Test
    void accuracy_counts_each_class_and_merges() {
        Tensor logits = Tensors.of(new double[] {1, 0, 0, 1, 0, 1, 1, 0}, 4, 2); // sees 0, 1, 1, 0
        ClassAccuracy left = new ClassAccuracy(2);
        ClassAccuracy right = new ClassAccuracy(2);
        left.add(logits, new int[] {0, 0, 1, 1});
        right.add(logits.narrow(0, 0, 1), new int[] {0});
        left.merge(right);
        assertThat(left.total()).isEqualTo(3.0 / 5);
        assertThat(left.perClass()).containsExactly(2.0 / 3, 1.0 / 2);
    }

    @Test
    void features_of_another_length_are_refused() {
        try (FeatureMoments moments = new FeatureMoments(DIMS)) {
            assertThatThrownBy(() -> moments.add(Tensors.of(new double[6], 2, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("features must be [batch, 12], were [2, 3]");
        }
    }
}
