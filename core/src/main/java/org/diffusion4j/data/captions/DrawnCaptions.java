package org.diffusion4j.data.captions;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.diffusion4j.data.EpochOrder;

/**
 * Which pictures batches have, in the order of {@link EpochOrder}, and which of its captions each has, drawn by chance. Both follow from
 * (data, batch size, seed, k) alone.
 *
 * <p>Threads: may be shared.
 */
public final class DrawnCaptions {

    private final CaptionedImages data;
    private final EpochOrder order;
    private final int batchSize;
    private final long seed;

    /** The batches of a seed. */
    public DrawnCaptions(CaptionedImages data, int batchSize, long seed) {
        this.data = data;
        this.order = new EpochOrder(data.size(), seed);
        this.batchSize = batchSize;
        this.seed = seed;
    }

    /** A picture by its place in the sequence, and its caption. */
    public record Drawn(EpochOrder.Item item, String caption) {}

    /**
     * Batch {@code k}.
     *
     * @param k from 0
     */
    public List<Drawn> batch(long k) {
        SplittableRandom random = new SplittableRandom(new SplittableRandom(seed).nextLong() + k);
        List<Drawn> drawn = new ArrayList<>();
        for (int i = 0; i < batchSize; i++) {
            EpochOrder.Item item = order.item(k * batchSize + i);
            List<String> captions = data.captions(item.index());
            drawn.add(new Drawn(item, captions.get(random.nextInt(captions.size()))));
        }
        return drawn;
    }
}
