package org.diffusion4j.latent.training;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.EpochOrder;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.captions.DrawnCaptions;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.unet.condition.UNet2DCondition;
import org.diffusion4j.train.Batch;
import org.diffusion4j.train.Examples;

/**
 * Latents of pictures with the features of one of their captions. Which picture, which caption and whether it is mirrored follow from
 * (seed, k) alone; a dropped caption is the empty one.
 *
 * <p>Threads: may be shared.
 */
final class LatentExamples implements Examples {

    private final CaptionedImages data;
    private final Latents latents;
    private final CaptionFeatures features;
    private final DrawnCaptions drawn;
    private final int batchSize;
    private final String fingerprint;

    /**
     * The batches of a seed.
     *
     * @param latents of the pictures, scaled as the model draws them; half of those drawn are mirrored where there are mirrored ones;
     *     borrowed
     * @param features of all captions; borrowed
     * @param fingerprint of all that pictures, latents and features are made of
     */
    LatentExamples(
            CaptionedImages data,
            Latents latents,
            CaptionFeatures features,
            int batchSize,
            long seed,
            String fingerprint) {
        this.data = data;
        this.latents = latents;
        this.features = features;
        this.drawn = new DrawnCaptions(data, batchSize, seed);
        this.batchSize = batchSize;
        this.fingerprint = fingerprint;
    }

    @Override
    public Batch batch(long k) {
        long[] rows = new long[batchSize];
        try (PointerScope scope = new PointerScope()) {
            TensorVector each = new TensorVector();
            List<DrawnCaptions.Drawn> chosen = drawn.batch(k);
            for (int i = 0; i < batchSize; i++) {
                EpochOrder.Item item = chosen.get(i).item();
                Tensor from = latents.mirrored() != null && item.mirrored() ? latents.mirrored() : latents.plain();
                each.push_back(from.narrow(0, item.index(), 1));
                rows[i] = features.row(chosen.get(i).caption());
            }
            Tensor x0 = torch.cat(each, 0);
            Tensor text = features.of(rows);
            x0.retainReference();
            text.retainReference();
            return new OfLatents(k, x0, text, features);
        }
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
        return fingerprint;
    }

    private record OfLatents(long index, Tensor x0, Tensor text, CaptionFeatures features) implements Batch {

        @Override
        public Condition condition() {
            return Condition.of(UNet2DCondition.TEXT, text);
        }

        @Override
        public Condition unconditional() {
            return Condition.of(UNet2DCondition.TEXT, features.none(x0.size(0)));
        }

        @Override
        public void close() {
            x0.close();
            text.close();
        }
    }
}
