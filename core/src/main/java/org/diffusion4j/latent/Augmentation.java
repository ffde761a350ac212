package org.diffusion4j.latent;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.captions.DrawnCaptions.Drawn;

/**
 * How few captioned pictures become more: mirrored and moved, as their captions stay true.
 *
 * @param flip whether half of the pictures, chosen anew in each epoch, are mirrored; never one whose caption says left or right
 * @param shift each picture is moved by up to so many pixels in both directions, its edge repeated; 0 for not at all
 */
public record Augmentation(boolean flip, int shift) {

    /** The pictures as they are. */
    public static final Augmentation NONE = new Augmentation(false, 0);

    private static final Pattern SIDE = Pattern.compile("\\b(left|right)", Pattern.CASE_INSENSITIVE);

    public Augmentation {
        require(shift >= 0, "shift must be at least 0, was %s", shift);
    }

    /**
     * The pictures of a batch, changed.
     *
     * @param x0 {@code [batch, channels, height, width]}
     * @param drawn what the pictures are, in their order
     * @param seed of the moves
     * @return new, of the shape of {@code x0}, or {@code x0} itself where nothing is to be changed
     */
    Tensor of(Tensor x0, List<Drawn> drawn, long seed) {
        if (equals(NONE)) {
            return x0;
        }
        SplittableRandom random = new SplittableRandom(seed);
        List<Tensor> changed = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            Tensor picture = x0.narrow(0, i, 1);
            changed.add(moved(isMirrored(drawn.get(i)) ? picture.flip(3) : picture, random));
        }
        return torch.cat(new TensorVector(changed.toArray(new Tensor[0])));
    }

    private boolean isMirrored(Drawn drawn) {
        return flip && drawn.item().mirrored() && !SIDE.matcher(drawn.caption()).find();
    }

    private Tensor moved(Tensor picture, SplittableRandom random) {
        if (shift == 0) {
            return picture;
        }
        int across = random.nextInt(2 * shift + 1);
        int down = random.nextInt(2 * shift + 1);
        return torch.replication_pad2d(picture, shift, shift, shift, shift)
                .narrow(2, down, picture.size(2))
                .narrow(3, across, picture.size(3));
    }
}
