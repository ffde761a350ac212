package org.diffusion4j.data.glyphs;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.stream.IntStream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.data.PixelStore;
import org.diffusion4j.data.SplitMix;

/**
 * The built-in data set: handwritten-looking digits, white on black, 28×28, labelled, drawn by the program from pen strokes.
 *
 * <p>Each digit is written in one of several ways (a 7 with or without a bar, a 2 with or without a loop) by a hand that varies: where
 * the pen passes, how the page is bent, slant, turn, width, size, pen and pressure, position. As in MNIST the digit fits a box of
 * about 20×20 and its ink is centred. Image i of a seed depends on (seed, i) alone and is the same on every machine; its label is i mod 10.
 */
public final class Glyphs {

    private static final int SIDE = 28;
    private static final double BOX = 20;
    private static final int STEPS_PER_SEGMENT = 5;
    private static final List<String> LABEL_NAMES =
            IntStream.range(0, 10).mapToObj(Integer::toString).toList();

    private Glyphs() {}

    /** The training part, 10,000 images, or the test part, 1,000 others. */
    public static ImageDataset open(DataSplit part) {
        return part == DataSplit.TRAIN ? draw(10_000, 0) : draw(1_000, 1);
    }

    /**
     * Draws {@code size} digits.
     *
     * @throws IllegalArgumentException if {@code size < 1}
     */
    public static ImageDataset draw(int size, long seed) {
        require(size >= 1, "size must be at least 1, was %s", size);
        PixelStore pixels = new PixelStore("glyphs, seed " + seed, 1, SIDE, SIDE);
        PenRaster page = new PenRaster(SIDE);
        int[] labels = new int[size];
        for (int i = 0; i < size; i++) {
            labels[i] = i % 10;
            pixels.add(digit(labels[i], new SplitMix(seed, i), page), 0);
        }
        return new InMemoryImages(pixels, labels, LABEL_NAMES);
    }

    private static byte[] digit(int digit, SplitMix random, PenRaster page) {
        int[][][] allographs = DigitStrokes.DIGITS[digit];
        int[][] written = allographs[random.below(allographs.length)];
        double[][] strokes = new double[written.length][];
        Handwriting hand = new Handwriting(random);
        for (int s = 0; s < written.length; s++) {
            strokes[s] = hand.bend(curve(hand.jitter(written[s])));
        }
        place(strokes, hand.reach(), random);
        for (double[] stroke : strokes) {
            hand.draw(stroke, page);
        }
        return page.take();
    }

    /** The Catmull–Rom curve through the points, as a polyline; where a point is doubled the curve ends and begins anew. */
    private static double[] curve(double[] points) {
        int n = points.length / 2;
        double[] line = new double[2 * ((n - 1) * STEPS_PER_SEGMENT + 1)];
        int at = 0;
        for (int i = 0; i + 1 < n; i++) {
            int before = i == 0 || same(points, i - 1, i) ? i : i - 1;
            int after = i + 2 == n || same(points, i + 1, i + 2) ? i + 1 : i + 2;
            for (int k = 0; k < STEPS_PER_SEGMENT; k++) {
                double u = (double) k / STEPS_PER_SEGMENT;
                for (int axis = 0; axis < 2; axis++) {
                    line[at++] = catmullRom(
                            points[2 * before + axis],
                            points[2 * i + axis],
                            points[2 * i + 2 + axis],
                            points[2 * after + axis],
                            u);
                }
            }
        }
        line[at++] = points[2 * n - 2];
        line[at] = points[2 * n - 1];
        return line;
    }

    private static boolean same(double[] points, int i, int j) {
        return points[2 * i] == points[2 * j] && points[2 * i + 1] == points[2 * j + 1];
    }

    private static double catmullRom(double a, double b, double c, double d, double u) {
        return b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)));
    }

    /**
     * Scales the strokes into a box of about {@code BOX}, ink included, and moves the middle of their ink to about the middle of the
     * page, but never over its edge.
     */
    private static void place(double[][] strokes, double reach, SplitMix random) {
        Span[] spans = {Span.of(strokes, 0), Span.of(strokes, 1)};
        double longer = Math.max(spans[0].high - spans[0].low, spans[1].high - spans[1].low);
        double scale = (BOX - 2 * reach) * (0.98 + 0.05 * random.bell()) / longer;
        for (int axis = 0; axis < 2; axis++) {
            double centre = (SIDE - 1) / 2.0 + 0.4 * random.bell();
            double least = reach - scale * spans[axis].low;
            double most = SIDE - 1 - reach - scale * spans[axis].high;
            double shift = Math.max(least, Math.min(most, centre - scale * spans[axis].middle));
            for (double[] stroke : strokes) {
                for (int i = axis; i < stroke.length; i += 2) {
                    stroke[i] = stroke[i] * scale + shift;
                }
            }
        }
    }

    /** Where strokes begin, end and have the middle of their ink along one axis. */
    private record Span(double low, double high, double middle) {

        static Span of(double[][] strokes, int axis) {
            double low = Double.MAX_VALUE;
            double high = -Double.MAX_VALUE;
            double moment = 0;
            double length = 0;
            for (double[] stroke : strokes) {
                for (int i = 0; i < stroke.length; i += 2) {
                    low = Math.min(low, stroke[i + axis]);
                    high = Math.max(high, stroke[i + axis]);
                    if (i > 0) {
                        double dx = stroke[i] - stroke[i - 2];
                        double dy = stroke[i + 1] - stroke[i - 1];
                        double piece = Math.sqrt(dx * dx + dy * dy);
                        moment += piece * (stroke[i + axis] + stroke[i + axis - 2]) / 2;
                        length += piece;
                    }
                }
            }
            return new Span(low, high, moment / length);
        }
    }
}
