package example.yourdata;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/** Points in the plane as examples. Batch k follows from (seed, k) alone, so that a resumed training sees what it would have seen. */
record Points(double[][] data, int batchSize, long seed) implements Examples {

    @Override
    public Batch batch(long k) {
        double[] chosen = new SplittableRandom(seed + k)
                .ints(batchSize, 0, data.length)
                .mapToObj(i -> data[i])
                .flatMapToDouble(Arrays::stream)
                .toArray();
        return new PointBatch(k, chosen);
    }

    @Override
    public long size() {
        return data.length;
    }

    @Override
    public String fingerprint() {
        return Sha256.of(Arrays.deepToString(data));
    }

    private record PointBatch(long index, double[] values) implements Batch {

        @Override
        public Tensor x0() {
            return Tensors.of(values, values.length / 2, 2).to(ScalarType.Float);
        }

        @Override
        public void close() {} // it holds no native memory
    }

    /** Draws from three Gaussians of weights 0.5, 0.3 and 0.2. */
    static double[][] draw(int count, long seed) {
        double[][] means = {{1, 0}, {-0.6, 0.8}, {-0.5, -1}};
        RandomGenerator random = new SplittableRandom(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    double u = random.nextDouble();
                    double[] mean = means[u < 0.5 ? 0 : u < 0.8 ? 1 : 2];
                    return new double[] {mean[0] + 0.25 * random.nextGaussian(), mean[1] + 0.25 * random.nextGaussian()
                    };
                })
                .toArray(double[][]::new);
    }
}
