package org.diffusion4j.engine;

import static org.diffusion4j.engine.Require.require;

import java.nio.Buffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
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
    private static final int PIECE = 1024 * WORDS;

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
        ScalarType dtype = like.scalar_type().intern() == ScalarType.Double ? ScalarType.Double : ScalarType.Float;
        return Scoped.result(() -> {
            Tensor noise = torch.empty(like.sizes(), new TensorOptions(dtype), new MemoryFormatOptional());
            fill(sink(noise.createBuffer()), (int) noise.size(0), Math.toIntExact(noise.numel()), step);
            return noise.to(like);
        });
    }

    /** Where values go: into native memory, without a copy in between. */
    private interface Sink {
        void put(int at, double value);
    }

    private static Sink sink(Buffer buffer) {
        if (buffer instanceof DoubleBuffer doubles) {
            return doubles::put;
        }
        FloatBuffer floats = (FloatBuffer) buffer;
        return (at, value) -> floats.put(at, (float) value);
    }

    /** Fills the rows in pieces, by as many threads as there are. */
    private void fill(Sink sink, int batch, int count, int step) {
        int perRow = count / batch;
        int pieces = (perRow + PIECE - 1) / PIECE;
        // found first: were a piece to throw, others would still write when the tensor is freed
        List<Stream> streams = IntStream.range(0, batch).mapToObj(rows).toList();
        IntStream.range(0, batch * pieces).parallel().forEach(k -> {
            int row = k / pieces;
            int from = k % pieces * PIECE;
            int to = Math.min(from + PIECE, perRow);
            normals(streams.get(row), step, from, to, (i, value) -> sink.put(row * perRow + i, value));
        });
    }

    /** The values {@code from … to − 1} of a stream's step; {@code from} is the begin of a block. */
    private static void normals(Stream stream, int step, int from, int to, Sink sink) {
        int[] words = new int[WORDS];
        for (int i = from; i < to; i += WORDS) {
            Philox.block(stream.seed, i / WORDS, step, (int) stream.index, (int) (stream.index >>> 32), words);
            for (int j = 0; j < WORDS && i + j < to; j += 2) {
                double radius = Math.sqrt(-2 * StrictMath.log(uniform(words[j])));
                double angle = 2 * Math.PI * uniform(words[j + 1]);
                sink.put(i + j, radius * StrictMath.cos(angle));
                if (i + j + 1 < to) {
                    sink.put(i + j + 1, radius * StrictMath.sin(angle));
                }
            }
        }
    }

    /** In (0, 1), never an end. */
    private static double uniform(int word) {
        return ((word & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
    }
}
