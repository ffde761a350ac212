package org.diffusion4j.engine;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Noise that depends on (seed, sample index, step) alone: not on the batch, the number of threads, the machine, or on what was
 * drawn before. Immutable; safe to share between threads.
 *
 * <p>{@link Philox} with the seed as key and (block, step, index) as counter gives four words for four values; Box and Muller's
 * transform, through {@link StrictMath}, turns two words into two normals. Uniforms have 32 bits, so |z| stays below 6.8. float32
 * noise is the float64 noise, rounded.
 */
public final class SeededNoise implements NoiseStream {

    private static final int WORDS = 4;

    private final IntFunction<Stream> rows;

    /** The stream of one sample. */
    public record Stream(long seed, long index) {}

    /** Row r of every batch is the sample of index {@code firstIndex + r}. */
    public SeededNoise(long seed, long firstIndex) {
        this.rows = row -> new Stream(seed, firstIndex + row);
    }

    /** Row r of every batch is the sample of {@code streams.get(r)}. */
    public SeededNoise(List<Stream> streams) {
        List<Stream> copy = List.copyOf(streams);
        this.rows = row -> {
            require(row < copy.size(), "noise for row %s of a batch, but there are %s streams", row, copy.size());
            return copy.get(row);
        };
    }

    @Override
    public Tensor draw(int step, Tensor like) {
        require(step >= 0, "a noise step must not be negative, was %s", step);
        Libtorch.start();
        boolean wide = like.scalar_type().intern() == ScalarType.Double;
        long[] shape = like.sizes().vec().get();
        Tensor noise = torch.empty(
                shape, new TensorOptions(wide ? ScalarType.Double : ScalarType.Float), new MemoryFormatOptional());
        int perRow = Math.toIntExact(like.numel() / shape[0]);
        try (PointerScope scope = new PointerScope()) {
            DoublePointer doubles = new DoublePointer(noise.data_ptr());
            FloatPointer floats = new FloatPointer(noise.data_ptr());
            double[] row = new double[perRow];
            float[] narrow = new float[wide ? 0 : perRow];
            for (int r = 0; r < shape[0]; r++) {
                fill(row, rows.apply(r), step);
                if (wide) {
                    doubles.position((long) r * perRow).put(row, 0, perRow);
                } else {
                    for (int i = 0; i < perRow; i++) {
                        narrow[i] = (float) row[i];
                    }
                    floats.position((long) r * perRow).put(narrow, 0, perRow);
                }
            }
        }
        return noise.to(like);
    }

    private static void fill(double[] values, Stream stream, int step) {
        int[] words = new int[WORDS];
        for (int i = 0; i < values.length; i += WORDS) {
            Philox.block(stream.seed, i / WORDS, step, (int) stream.index, (int) (stream.index >>> 32), words);
            for (int j = 0; j < WORDS && i + j < values.length; j += 2) {
                double radius = StrictMath.sqrt(-2 * StrictMath.log(uniform(words[j])));
                double angle = 2 * Math.PI * uniform(words[j + 1]);
                values[i + j] = radius * StrictMath.cos(angle);
                if (i + j + 1 < values.length) {
                    values[i + j + 1] = radius * StrictMath.sin(angle);
                }
            }
        }
    }

    /** In (0, 1), never an end. */
    private static double uniform(int word) {
        return ((word & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
    }
}
