package org.diffusion4j.data.captions;

import static org.diffusion4j.engine.Require.require;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.SplitMix;

/**
 * Two digits side by side, and which stands where in words: "a three left of a seven", or "a seven right of a three".
 *
 * <p>The pictures are put together when they are asked for, from those of a labelled set of digits, each in the middle of a black square
 * of 32×32. Picture i depends on (digits, seed, i) alone. Of the hundred pairs the {@linkplain #isHeldOut tenth} is never trained on, so
 * that what a model makes of words in new company can be measured apart.
 */
public final class TwoDigits implements CaptionedImages {

    /** Height of a picture; it is twice as wide. */
    public static final int SIDE = 32;

    private static final List<String> WORDS =
            List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

    private final ImageDataset digits;
    private final int[][] ofDigit;
    private final int size;
    private final long seed;
    private final Set<DataSplit> pairs;

    /** Two digits, the left one first. */
    public record Pair(int left, int right) {

        /** Refuses what is no digit. */
        public Pair {
            require(
                    left >= 0 && left <= 9 && right >= 0 && right <= 9,
                    "digits are 0 to 9, were %s and %s",
                    left,
                    right);
        }

        /** The two ways to say it. */
        public List<String> captions() {
            return List.of(article(left) + " left of " + article(right), article(right) + " right of " + article(left));
        }

        private static String article(int digit) {
            return (digit == 8 ? "an " : "a ") + WORDS.get(digit);
        }
    }

    /**
     * Puts pictures together.
     *
     * @param digits labelled by digit, one channel, at most 32×32; borrowed
     * @param size how many pictures there are
     * @param pairs {@link DataSplit#TRAIN} for the ninety pairs to train on, {@link DataSplit#TEST} for the ten others
     */
    public TwoDigits(ImageDataset digits, int size, long seed, Set<DataSplit> pairs) {
        require(
                digits.labelNames().size() == WORDS.size() && digits.channels() == 1,
                "%s: pictures of two digits need ten classes and one channel",
                digits.name());
        require(
                digits.height() <= SIDE && digits.width() <= SIDE,
                "%s: its digits are %s×%s, at most %s×%s have room",
                digits.name(),
                digits.width(),
                digits.height(),
                SIDE,
                SIDE);
        require(size >= 1, "size must be at least 1, was %s", size);
        require(!pairs.isEmpty(), "which pairs?");
        this.digits = digits;
        this.size = size;
        this.seed = seed;
        this.pairs = Set.copyOf(pairs);
        ofDigit = new int[WORDS.size()][];
        for (int d = 0; d < ofDigit.length; d++) {
            ofDigit[d] = ofDigit(d);
            require(ofDigit[d].length > 0, "%s: has no %s", digits.name(), WORDS.get(d));
        }
    }

    private int[] ofDigit(int digit) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < digits.size(); i++) {
            if (digits.label(i) == digit) {
                found.add(i);
            }
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Whether a pair is never trained on: the right digit is three more than the left one, modulo ten. Each digit is held out on each side once. */
    public static boolean isHeldOut(Pair pair) {
        return (pair.left() + 3) % WORDS.size() == pair.right();
    }

    /** Which digits picture {@code i} shows. */
    public Pair pair(int i) {
        return drawn(random(i));
    }

    private SplitMix random(int i) {
        require(i >= 0 && i < size, "there is no image %s in %s; it has %s", i, name(), size);
        return new SplitMix(seed, i);
    }

    private Pair drawn(SplitMix random) {
        while (true) {
            Pair pair = new Pair(random.below(WORDS.size()), random.below(WORDS.size()));
            if (pairs.contains(isHeldOut(pair) ? DataSplit.TEST : DataSplit.TRAIN)) {
                return pair;
            }
        }
    }

    @Override
    public List<String> captions(int i) {
        return pair(i).captions();
    }

    @Override
    public String name() {
        return "two digits of " + digits.name();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int channels() {
        return 1;
    }

    @Override
    public int height() {
        return SIDE;
    }

    @Override
    public int width() {
        return 2 * SIDE;
    }

    @Override
    public List<String> labelNames() {
        return List.of();
    }

    @Override
    public int label(int i) {
        throw new IllegalStateException(name() + " has no labels");
    }

    @Override
    public void copy(int i, ByteBuffer target) {
        SplitMix random = random(i);
        Pair pair = drawn(random);
        byte[] picture = new byte[imageBytes()];
        put(pair.left(), random, picture, 0);
        put(pair.right(), random, picture, SIDE);
        target.put(picture);
    }

    private void put(int digit, SplitMix random, byte[] picture, int from) {
        ByteBuffer pixels = ByteBuffer.allocate(digits.imageBytes());
        digits.copy(ofDigit[digit][random.below(ofDigit[digit].length)], pixels);
        int top = (SIDE - digits.height()) / 2;
        int left = from + (SIDE - digits.width()) / 2;
        for (int y = 0; y < digits.height(); y++) {
            pixels.get(y * digits.width(), picture, (top + y) * width() + left, digits.width());
        }
    }
}
