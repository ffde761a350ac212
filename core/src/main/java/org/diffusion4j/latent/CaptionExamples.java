package org.diffusion4j.latent;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.captions.DrawnCaptions;
import org.diffusion4j.data.captions.DrawnCaptions.Drawn;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Pictures and the tokens of one of their captions as examples. Which picture, which caption and how it is augmented follow from
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
    private final DrawnCaptions drawn;
    private final Augmentation augmentation;
    private final long seed;

    /**
     * The batches of a seed.
     *
     * @param augmentation what is done to the pictures
     */
    public CaptionExamples(
            CaptionedImages data, ClipTokenizer tokenizer, int batchSize, long seed, Augmentation augmentation) {
        this.data = data;
        this.tokenizer = tokenizer;
        this.batches = new Batches(data, batchSize, seed, false); // mirrored by the augmentation
        this.drawn = new DrawnCaptions(data, batchSize, seed); // in the same order
        this.batchSize = batchSize;
        this.augmentation = augmentation;
        this.seed = seed;
    }

    @Override
    public Batch batch(long k) {
        ImageBatch images = batches.batch(k);
        List<Drawn> pairs = drawn.batch(k);
        long[] tokens = pairs.stream()
                .flatMapToInt(each -> IntStream.of(tokenizer.row(each.caption())))
                .asLongStream()
                .toArray();
        return new OfCaptions(images, pairs, tokens);
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

    private final class OfCaptions implements Batch {

        private final ImageBatch images;
        private final List<Drawn> pairs;
        private final long[] tokens;

        private OfCaptions(ImageBatch images, List<Drawn> pairs, long[] tokens) {
            this.images = images;
            this.pairs = pairs;
            this.tokens = tokens;
        }

        @Override
        public long index() {
            return images.index();
        }

        @Override
        public Tensor x0() {
            long moves = new SplittableRandom(seed ^ index()).nextLong();
            return augmentation.of(new PixelCodec().encode(images.images()), pairs, moves);
        }

        @Override
        public Condition condition() {
            return Condition.of(TOKENS, Tensors.of(tokens, batchSize, tokens.length / batchSize));
        }

        @Override
        public void close() {
            images.close();
        }
    }
}
