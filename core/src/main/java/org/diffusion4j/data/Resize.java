package org.diffusion4j.data;

/**
 * Crops the middle of an image and resizes that with a triangle filter as wide as the reduction asks for, so that fine
 * detail is averaged and not skipped: Pillow's {@code ImageOps.fit} with bilinear filtering, but rounded once.
 */
final class Resize {

    private Resize() {}

    static PixelPlanes toSquare(PixelPlanes image, int side) {
        return toSize(image, side, side);
    }

    /** To any size: what is cropped then has its proportions. */
    static PixelPlanes toSize(PixelPlanes image, int width, int height) {
        if (image.height() == height && image.width() == width) {
            return image;
        }
        double scale = Math.min((double) image.height() / height, (double) image.width() / width);
        double cropWidth = scale * width;
        double cropHeight = scale * height;
        Taps across = taps((image.width() - cropWidth) / 2, cropWidth, image.width(), width);
        Taps down = taps((image.height() - cropHeight) / 2, cropHeight, image.height(), height);
        byte[] resized = new byte[image.channels() * width * height];
        double[] narrow = new double[image.height() * width];
        for (int channel = 0; channel < image.channels(); channel++) {
            int plane = channel * image.height() * image.width();
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < width; x++) {
                    double sum = 0;
                    for (int k = 0; k < across.weights[x].length; k++) {
                        int at = plane + y * image.width() + across.first[x] + k;
                        sum += across.weights[x][k] * (image.bytes()[at] & 0xff);
                    }
                    narrow[y * width + x] = sum;
                }
            }
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    double sum = 0;
                    for (int k = 0; k < down.weights[y].length; k++) {
                        sum += down.weights[y][k] * narrow[(down.first[y] + k) * width + x];
                    }
                    resized[(channel * height + y) * width + x] = (byte) (int) (sum + 0.5);
                }
            }
        }
        return new PixelPlanes(image.channels(), height, width, resized);
    }

    /** For each pixel of the result the first pixel of the source that it is made of, and the weights from there on; they add up to 1. */
    private record Taps(int[] first, double[][] weights) {}

    private static Taps taps(double start, double length, int sourceSize, int size) {
        double scale = length / size;
        double reach = Math.max(1, scale);
        int[] first = new int[size];
        double[][] weights = new double[size][];
        for (int i = 0; i < size; i++) {
            double centre = start + (i + 0.5) * scale;
            first[i] = (int) Math.max(0, Math.floor(centre - reach + 0.5));
            int end = (int) Math.min(sourceSize, Math.floor(centre + reach + 0.5));
            weights[i] = new double[end - first[i]];
            double sum = 0;
            for (int k = 0; k < weights[i].length; k++) {
                weights[i][k] = Math.max(0, 1 - Math.abs(first[i] + k + 0.5 - centre) / reach);
                sum += weights[i][k];
            }
            for (int k = 0; k < weights[i].length; k++) {
                weights[i][k] /= sum;
            }
        }
        return new Taps(first, weights);
    }
}
