package org.diffusion4j.latent.measure;

import static org.diffusion4j.engine.Require.require;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffusion4j.data.ImageDataset;

/**
 * For each of some pictures the one that is most like it among others, pixel by pixel: whether a model draws what it has learned from.
 *
 * @param found in the order of the pictures
 */
public record NearestPictures(List<Found> found) {

    private static final double LARGEST = 255;
    private static final double SMALL = 0.05;

    public NearestPictures {
        require(!found.isEmpty(), "there is no picture to look for");
        found = List.copyOf(found);
    }

    /**
     * The nearest one.
     *
     * @param index of it
     * @param distance root mean square of the differences of values, in [0, 1]
     */
    public record Found(int index, double distance) {}

    /**
     * Looks for all of them.
     *
     * @param pictures each as channels, rows, columns of bytes, of the size of {@code among}
     */
    public static NearestPictures of(List<byte[]> pictures, ImageDataset among) {
        ByteBuffer other = ByteBuffer.allocate(among.imageBytes());
        long[] least = new long[pictures.size()];
        int[] nearest = new int[pictures.size()];
        Arrays.fill(least, Long.MAX_VALUE);
        for (int k = 0; k < among.size(); k++) {
            among.copy(k, other.clear());
            for (int i = 0; i < least.length; i++) {
                long squares = squares(pictures.get(i), other.array());
                if (squares < least[i]) {
                    least[i] = squares;
                    nearest[i] = k;
                }
            }
        }
        List<Found> found = new ArrayList<>();
        for (int i = 0; i < least.length; i++) {
            found.add(new Found(nearest[i], Math.sqrt((double) least[i] / among.imageBytes()) / LARGEST));
        }
        return new NearestPictures(found);
    }

    private static long squares(byte[] a, byte[] b) {
        require(a.length == b.length, "a picture has %s values, the others %s", a.length, b.length);
        long sum = 0;
        for (int i = 0; i < a.length; i++) {
            int difference = (a[i] & 0xff) - (b[i] & 0xff);
            sum += (long) difference * difference;
        }
        return sum;
    }

    /** The distance that half of them exceed. */
    public double median() {
        return quantile(0.5);
    }

    /** The share, in [0, 1], of these that are nearer than all but a twentieth of other pictures, which the others have never seen. */
    public double copies(NearestPictures unseen) {
        double limit = unseen.quantile(SMALL);
        return found.stream().filter(each -> each.distance < limit).count() / (double) found.size();
    }

    private double quantile(double share) {
        double[] sorted = found.stream().mapToDouble(Found::distance).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, share * sorted.length)];
    }
}
