package org.diffusion4j.latent;

import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.Jitter;
import org.diffusion4j.data.captions.DrawnCaptions.Drawn;

/**
 * How few captioned pictures become more: mirrored and moved, as their captions stay true.
 *
 * @param flip whether half of the pictures, chosen anew in each epoch, are mirrored; never one whose caption says left or right
 * @param jitter how far each picture is moved
 */
public record Augmentation(boolean flip, Jitter jitter) {

    /** The pictures as they are. */
    public static final Augmentation NONE = new Augmentation(false, Jitter.NONE);

    private static final Pattern SIDE = Pattern.compile("\\b(left|right)", Pattern.CASE_INSENSITIVE);

    /**
     * The pictures of a batch, changed.
     *
     * @param x0 {@code [batch, channels, height, width]}
     * @param drawn what the pictures are, in their order
     * @param seed of the moves
     * @return of the shape of {@code x0}, made in the caller's scope, or {@code x0} itself where nothing is to be changed
     */
    Tensor of(Tensor x0, List<Drawn> drawn, long seed) {
        Tensor sided = flip ? mirrored(x0, drawn) : x0;
        return jitter.equals(Jitter.NONE) ? sided : jitter.moved(sided, new SplittableRandom(seed));
    }

    private static Tensor mirrored(Tensor x0, List<Drawn> drawn) {
        Tensor[] pictures = new Tensor[drawn.size()];
        for (int i = 0; i < pictures.length; i++) {
            Tensor picture = x0.narrow(0, i, 1);
            pictures[i] = isMirrored(drawn.get(i)) ? picture.flip(3) : picture;
        }
        return torch.cat(new TensorVector(pictures));
    }

    private static boolean isMirrored(Drawn drawn) {
        return drawn.item().mirrored() && !SIDE.matcher(drawn.caption()).find();
    }
}
