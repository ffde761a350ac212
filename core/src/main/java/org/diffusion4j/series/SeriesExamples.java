package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.series.TimeGradNetwork;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Windows of series as examples. Which windows are in batch k follows from (seed, k) alone.
 *
 * <p>Threads: may be shared.
 */
final class SeriesExamples implements Examples {

    private final ModelSeries series;
    private final double[][] calendar;
    private final WindowShape shape;
    private final WindowScale scale;
    private final int first;
    private final int count;
    private final int batchSize;
    private final long seed;
    private final boolean heldOut;
    private final String fingerprint;

    /**
     * Windows whose forecasts lie within some rows.
     *
     * @param calendar of each row
     * @param from the first row of those
     * @param to the row after the last
     * @param heldOut whether all windows come in turn, and only their forecasts count
     */
    SeriesExamples(
            ModelSeries series,
            double[][] calendar,
            WindowShape shape,
            WindowScale scale,
            int from,
            int to,
            int batchSize,
            long seed,
            boolean heldOut,
            String fingerprint) {
        this.series = series;
        this.calendar = calendar;
        this.shape = shape;
        this.scale = scale;
        this.first = Math.max(from, shape.history());
        this.count = to - shape.horizon() - first + 1;
        require(
                count >= 1,
                "the table has %s rows to learn from, but context %s, the longest lag %s and horizon %s need %s;"
                        + " lower data.context, data.lags or data.horizon, or give more rows",
                to,
                shape.context(),
                shape.history() - shape.context(),
                shape.horizon(),
                Math.max(from, shape.history()) + shape.horizon());
        this.batchSize = heldOut ? Math.min(batchSize, count) : batchSize;
        this.seed = seed;
        this.heldOut = heldOut;
        this.fingerprint = fingerprint;
    }

    @Override
    public Batch batch(long k) {
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + k);
        int d = scale.series();
        int width = d * shape.lags().size();
        int features = calendar[0].length;
        int steps = shape.steps();
        double[] x0 = new double[batchSize * steps * d];
        double[] known = new double[x0.length];
        double[] lags = new double[batchSize * steps * width];
        double[] days = new double[batchSize * steps * features];
        for (int i = 0; i < batchSize; i++) {
            int begin = first + (heldOut ? Math.toIntExact((k * batchSize + i) % count) : random.nextInt(count));
            double[] by = scale.of(series, begin - shape.context(), begin);
            for (int s = 0; s < steps; s++) {
                int row = begin - shape.context() + s;
                int at = i * steps + s;
                shape.lags(series.values(), row, by, lags, at * width);
                System.arraycopy(calendar[row], 0, days, at * features, features);
                for (int j = 0; j < d; j++) {
                    x0[at * d + j] = series.values()[row][j] / by[j];
                    known[at * d + j] = heldOut && row < begin ? 0 : series.known()[row][j];
                }
            }
        }
        return new OfWindows(k, batchSize, steps, x0, known, lags, days);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public long size() {
        return count;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    private record OfWindows(
            long index, int windows, int steps, double[] values, double[] known, double[] lags, double[] days)
            implements Batch {

        @Override
        public Tensor x0() {
            return tensor(values);
        }

        @Override
        public Condition condition() {
            return Condition.of(TimeGradNetwork.LAGS, tensor(lags))
                    .with(TimeGradNetwork.CALENDAR, tensor(days))
                    .with(WindowLoss.KNOWN, tensor(known));
        }

        private Tensor tensor(double[] numbers) {
            return Tensors.of(numbers, windows, steps, numbers.length / windows / steps)
                    .to(ScalarType.Float);
        }

        @Override
        public void close() {} // it holds no native memory
    }
}
