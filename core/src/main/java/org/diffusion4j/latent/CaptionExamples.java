package org.diffusion4j.latent;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.captions.DrawnCaptions;
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
    private final DrawnCaptions drawn;

    /**
     * The batches of a seed.
     *
     * @param flip whether half of the pictures are mirrored, anew in each epoch
     */
    public CaptionExamples(CaptionedImages data, ClipTokenizer tokenizer, int batchSize, long seed, boolean flip) {
        this.data = data;
        this.tokenizer = tokenizer;
        this.batches = new Batches(data, batchSize, seed, flip);
        this.drawn = new DrawnCaptions(data, batchSize, seed); // in the same order
        this.batchSize = batchSize;
    }

    @Override
    public Batch batch(long k) {
        ImageBatch images = batches.batch(k);
        long[] tokens = drawn.batch(k).stream()
                .flatMapToInt(each -> IntStream.of(tokenizer.row(each.caption())))
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
}
