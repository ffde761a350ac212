package org.diffusion4j.latent.measure;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.captions.TwoDigits;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.evaluate.FeatureNetwork;

/**
 * How often pictures of {@link TwoDigits} show the pair that was asked for, as a classifier reads each half.
 *
 * @param count how many pictures there are
 * @param both the share, in [0, 1], of which both digits are right
 * @param left the share of which the left digit is right
 * @param right the share of which the right digit is right
 */
public record PairAccuracy(int count, double both, double left, double right) {

    private static final int SIDE = 28; // of the classifier's pictures

    /**
     * Reads pictures.
     *
     * @param pixels uint8 {@code [count, 1, 32, 64]}
     * @param classifier of single digits, 28×28 with one channel
     */
    public static List<TwoDigits.Pair> read(Tensor pixels, FeatureNetwork classifier) {
        require(
                pixels.dim() == 4
                        && pixels.size(1) == 1
                        && pixels.size(2) == TwoDigits.SIDE
                        && pixels.size(3) == 2 * TwoDigits.SIDE,
                "pictures of two digits are 1×%s×%s, these are %s×%s×%s",
                TwoDigits.SIDE,
                2 * TwoDigits.SIDE,
                pixels.size(1),
                pixels.size(2),
                pixels.size(3));
        double[] left = digits(pixels, 0, classifier);
        double[] right = digits(pixels, TwoDigits.SIDE, classifier);
        List<TwoDigits.Pair> read = new ArrayList<>();
        for (int i = 0; i < left.length; i++) {
            read.add(new TwoDigits.Pair((int) left[i], (int) right[i]));
        }
        return read;
    }

    private static double[] digits(Tensor pixels, int from, FeatureNetwork classifier) {
        int edge = (TwoDigits.SIDE - SIDE) / 2;
        try (PointerScope scope = new PointerScope()) {
            Tensor half = pixels.narrow(2, edge, SIDE)
                    .narrow(3, (long) from + edge, SIDE)
                    .contiguous();
            return Tensors.toArray(classifier
                    .of(half)
                    .logits()
                    .argmax(new LongOptional(1), false)
                    .to(ScalarType.Double));
        }
    }

    /**
     * Of pairs that were read.
     *
     * @param asked which pair each picture should show
     * @param read what it shows, in the same order
     */
    public static PairAccuracy of(List<TwoDigits.Pair> asked, List<TwoDigits.Pair> read) {
        require(
                asked.size() == read.size() && !asked.isEmpty(),
                "each picture needs a pair: there are %s pictures and %s pairs",
                read.size(),
                asked.size());
        int both = 0;
        int left = 0;
        int right = 0;
        for (int i = 0; i < asked.size(); i++) {
            boolean isLeft = asked.get(i).left() == read.get(i).left();
            boolean isRight = asked.get(i).right() == read.get(i).right();
            both += isLeft && isRight ? 1 : 0;
            left += isLeft ? 1 : 0;
            right += isRight ? 1 : 0;
        }
        double count = asked.size();
        return new PairAccuracy(asked.size(), both / count, left / count, right / count);
    }
}
