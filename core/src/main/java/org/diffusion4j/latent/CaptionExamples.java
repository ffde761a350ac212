package org.diffusion4j.latent;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Pictures and the tokens of one of their captions as examples. Which picture, which caption and whether it is mirrored follow from
 * (seed, k) alone.
 *
 * <p>Threads: may be shared.
 */
public final class CaptionExamples implements Examples {

    /** Condition: int64 {@code [batch, length]}, rows of tokens. */
    public static final String TOKENS = "tokens";

    private final CaptionedImages data;
    private final ClipTokenizer tokenizer;
    private final Batches batches;
    private final int batchSize;
    private final long seed;

    /**
     * The batches of a seed.
     *
     * @param flip whether half of the pictures are mirrored, anew in each epoch
     */
    public CaptionExamples(CaptionedImages data, ClipTokenizer tokenizer, int batchSize, long seed, boolean flip) {
        this.data = data;
        this.tokenizer = tokenizer;
        this.batches = new Batches(new Numbered(data), batchSize, seed, flip);
        this.batchSize = batchSize;
        this.seed = seed;
    }

    @Override
    public Batch batch(long k) {
        ImageBatch images = batches.batch(k);
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + k);
        double[] numbers = Tensors.toArray(Objects.requireNonNull(images.labels(), "numbers"));
        long[] tokens = IntStream.range(0, batchSize)
                .flatMap(i -> {
                    List<String> captions = data.captions((int) numbers[i]);
                    return IntStream.of(tokenizer.row(captions.get(random.nextInt(captions.size()))));
                })
                .asLongStream()
                .toArray();
        return new OfCaptions(images, tokens, batchSize);
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    @Override
    public long size() {
        return data.size();
    }

    @Override
    public String fingerprint() {
        return data.fingerprint();
    }

    private record OfCaptions(ImageBatch images, long[] tokens, int count) implements Batch {

        @Override
        public long index() {
            return images.index();
        }

        @Override
        public Tensor x0() {
            return new PixelCodec().encode(images.images());
        }

        @Override
        public Condition condition() {
            return Condition.of(TOKENS, Tensors.of(tokens, count, tokens.length / count));
        }

        @Override
        public void close() {
            images.close();
        }
    }

    /** Images whose label is their number, so that a batch says which they are. */
    private record Numbered(ImageDataset data) implements ImageDataset {

        @Override
        public String name() {
            return data.name();
        }

        @Override
        public int size() {
            return data.size();
        }

        @Override
        public int channels() {
            return data.channels();
        }

        @Override
        public int height() {
            return data.height();
        }

        @Override
        public int width() {
            return data.width();
        }

        @Override
        public List<String> labelNames() {
            return List.of("number");
        }

        @Override
        public int label(int i) {
            return i;
        }

        @Override
        public void copy(int i, ByteBuffer target) {
            data.copy(i, target);
        }
    }
}
