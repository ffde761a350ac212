package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;

/**
 * How alike two pictures are, pixel by pixel: what an autoencoder keeps of them.
 *
 * <p>Threads: all may be called by many at once.
 */
public final class PictureSimilarity {

    private static final int WINDOW = 11;
    private static final double WINDOW_SIGMA = 1.5;
    private static final double C1 = 0.01 * 0.01;
    private static final double C2 = 0.03 * 0.03;

    private PictureSimilarity() {}

    /**
     * The peak signal-to-noise ratio of each pair in decibels: −10·log10 of the mean squared difference; infinite for equal pictures.
     *
     * @param pictures {@code [batch, channels, height, width]} in [0, 1]
     * @param others shaped alike
     */
    public static double[] psnr(Tensor pictures, Tensor others) {
        requireAlike(pictures, others);
        try (Tensor error = Scoped.result(() -> pictures.to(ScalarType.Double)
                .sub(others.to(ScalarType.Double))
                .square()
                .flatten(1, -1)
                .mean(1))) {
            return Arrays.stream(Tensors.toArray(error))
                    .map(each -> -10 * Math.log10(each))
                    .toArray();
        }
    }

    /**
     * The structural similarity of each pair, at most 1, by a Gaussian window of 11 pixels and deviation 1.5 wherever it lies within the picture,
     * with K1 = 0.01 and K2 = 0.03: the mean over places and channels.
     *
     * <p>Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment: From Error Visibility to Structural Similarity", IEEE Transactions on
     * Image Processing 2004, equation 13.
     *
     * @param pictures {@code [batch, channels, height, width]} in [0, 1], of 11×11 pixels or more
     * @param others shaped alike
     */
    public static double[] ssim(Tensor pictures, Tensor others) {
        requireAlike(pictures, others);
        require(
                pictures.size(2) >= WINDOW && pictures.size(3) >= WINDOW,
                "structural similarity looks through a window of %s×%s, the pictures are %s×%s",
                WINDOW,
                WINDOW,
                pictures.size(3),
                pictures.size(2));
        try (Tensor similarity = Scoped.result(() -> {
            Tensor x = eachAlone(pictures);
            Tensor y = eachAlone(others);
            Tensor window = window();
            Tensor meanX = torch.conv2d(x, window);
            Tensor meanY = torch.conv2d(y, window);
            Tensor varianceX = torch.conv2d(x.square(), window).sub(meanX.square());
            Tensor varianceY = torch.conv2d(y.square(), window).sub(meanY.square());
            Tensor covariance = torch.conv2d(x.mul(y), window).sub(meanX.mul(meanY));
            Tensor above = plus(meanX.mul(meanY).mul(new Scalar(2)), C1).mul(plus(covariance.mul(new Scalar(2)), C2));
            Tensor below = plus(meanX.square().add(meanY.square()), C1).mul(plus(varianceX.add(varianceY), C2));
            return above.div(below).view(pictures.size(0), -1).mean(1);
        })) {
            return Tensors.toArray(similarity);
        }
    }

    /** Each channel as a picture of its own. */
    private static Tensor eachAlone(Tensor pictures) {
        return pictures.to(ScalarType.Double).contiguous().view(-1, 1, pictures.size(2), pictures.size(3));
    }

    private static Tensor window() {
        double[] bell = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double far = (i - WINDOW / 2) / WINDOW_SIGMA;
            bell[i] = Math.exp(-far * far / 2);
            sum += bell[i];
        }
        Tensor line = Tensors.of(bell).div(new Scalar(sum));
        return line.view(WINDOW, 1).mul(line.view(1, WINDOW)).view(1, 1, WINDOW, WINDOW);
    }

    private static Tensor plus(Tensor x, double constant) {
        return x.add(new Scalar(constant));
    }

    private static void requireAlike(Tensor pictures, Tensor others) {
        require(
                pictures.dim() == 4
                        && Arrays.equals(
                                pictures.sizes().vec().get(),
                                others.sizes().vec().get()),
                "pictures must be [batch, channels, height, width] and both of one shape, were %s and %s",
                pictures.sizes(),
                others.sizes());
    }
}
