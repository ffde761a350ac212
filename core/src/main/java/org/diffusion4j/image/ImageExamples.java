package org.diffusion4j.image;

import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.Batches;
import org.diffusion4j.data.ImageBatch;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Images as examples to train a model on: pixels in [-1, 1], and their classes where the model has classes.
 *
 * <p>Threads: may be shared.
 */
public final class ImageExamples implements Examples {

    private final ImageDataset data;
    private final Batches batches;
    private final int batchSize;
    private final int classes;

    /**
     * The batches of a seed.
     *
     * @param classes how many the model has, 0 where it takes none; the number after the last means "no class"
     * @param flip whether half of the images are mirrored, anew in each epoch
     */
    public ImageExamples(ImageDataset data, int batchSize, int classes, long seed, boolean flip) {
        this.data = data;
        this.batches = new Batches(data, batchSize, seed, flip);
        this.batchSize = batchSize;
        this.classes = classes;
    }

    @Override
    public Batch batch(long k) {
        return new OfImages(batches.batch(k));
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

    private final class OfImages implements Batch {

        private final ImageBatch images;

        private OfImages(ImageBatch images) {
            this.images = images;
        }

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
            return classes == 0 ? Condition.NONE : Condition.ofClasses(labels());
        }

        @Override
        public Condition unconditional() {
            return Condition.ofClasses(torch.full_like(labels(), new Scalar(classes)));
        }

        private Tensor labels() {
            return Objects.requireNonNull(images.labels(), "images of a model with classes have labels");
        }

        @Override
        public void close() {
            images.close();
        }
    }
}
