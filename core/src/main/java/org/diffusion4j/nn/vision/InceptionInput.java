package org.diffusion4j.nn.vision;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;

/**
 * How pictures are brought to the size and range of {@link InceptionV3}. The two rules in use move an FID by up to several units, so a
 * result is to say which was taken.
 */
public enum InceptionInput {

    /**
     * As in the graph of 2015-12-05, and in torch-fidelity: TensorFlow 1's bilinear resize, then {@code (x − 128)/128}.
     *
     * <p>That resize has no half-pixel centres: pixel i of the result is at {@code i·in/out} of the source.
     */
    TENSORFLOW {
        @Override
        Tensor of(Tensor pixels) {
            return resized(pixels, SIDE, SIDE).sub_(new Scalar(128.0)).div_(new Scalar(128.0));
        }

        @Override
        Tensor resized(Tensor x, int height, int width) {
            return taps(x.size(2), height, x)
                    .matmul(x)
                    .matmul(taps(x.size(3), width, x).t());
        }
    },

    /** As in pytorch-fid: PyTorch's bilinear resize with half-pixel centres and without antialiasing, of values in [0, 1], then 2x − 1. */
    PYTORCH_FID {
        @Override
        Tensor of(Tensor pixels) {
            return resized(pixels.div(new Scalar(255.0)), SIDE, SIDE)
                    .mul_(new Scalar(2.0))
                    .sub_(new Scalar(1.0));
        }

        @Override
        Tensor resized(Tensor x, int height, int width) {
            return torch.upsample_bilinear2d(x, new long[] {height, width}, false);
        }
    };

    private static final int SIDE = 299;

    /**
     * What the network is given.
     *
     * @param pixels float {@code [batch, channels, height, width]} in [0, 255]
     */
    abstract Tensor of(Tensor pixels);

    /** The rule's resize alone. */
    abstract Tensor resized(Tensor x, int height, int width);

    /** The name on results cards. */
    @Override
    public String toString() {
        return this == TENSORFLOW ? "tensorflow-1" : "pytorch-fid";
    }

    /** {@code [out, in]}: each row has the weights of one pixel or two. */
    private static Tensor taps(long in, int out, Tensor like) {
        double[] taps = new double[Math.toIntExact(out * in)];
        for (int i = 0; i < out; i++) {
            double at = i * (double) in / out;
            int low = (int) at;
            int high = (int) Math.min(low + 1, in - 1);
            int row = Math.toIntExact(i * in);
            taps[row + low] += 1 - (at - low);
            taps[row + high] += at - low;
        }
        return Tensors.of(taps, out, in).to(like);
    }
}
