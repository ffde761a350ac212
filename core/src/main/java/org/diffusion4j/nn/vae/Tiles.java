package org.diffusion4j.nn.vae;

import static org.diffusion4j.engine.Require.require;

import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;

/**
 * Coding of large pictures piece by piece: one picture at a time, in squares that overlap and fade into each other, so that memory grows
 * with the square and not with the picture. A picture of one square is coded whole.
 *
 * <p>Every square has norms and attention of its own, so that the result is near to that of the whole, not equal to it: the fewer squares,
 * the nearer. Diffusers' {@code enable_tiling} does the same with other places of the squares.
 *
 * @param side height and width of a square, in numbers of the latents
 * @param overlap over how many of them a square fades into the next, at most half of it
 */
public record Tiles(int side, int overlap) {

    /** Pictures of 512 pixels with Stable Diffusion's autoencoder, a quarter of which overlaps, as in diffusers. */
    public static final Tiles DEFAULT = new Tiles(64, 16);

    /** Refuses an overlap of more than half. */
    public Tiles {
        require(side >= 1, "a tile must have a side of at least 1, was %s", side);
        require(
                overlap >= 0 && 2 * overlap <= side,
                "tiles of %s can overlap by 0 to %s, not by %s",
                side,
                side / 2,
                overlap);
    }

    /**
     * As {@link AutoencoderKL#encode}.
     *
     * @param pictures {@code [batch, inChannels, height, width]} in [-1, 1], sides as there; float32, with gradients off
     * @return of {@code [batch, latentChannels, height / factor, width / factor]}, made in the caller's scope
     */
    public DiagonalGaussian encode(AutoencoderKL vae, Tensor pictures) {
        int factor = vae.config().factor();
        return DiagonalGaussian.ofMoments(
                mapped(pictures, factor, 1, 2 * vae.config().latentChannels(), vae::moments));
    }

    /**
     * As {@link AutoencoderKL#decode}.
     *
     * @param latents {@code [batch, latentChannels, height, width]}, float32, with gradients off
     * @return {@code [batch, outChannels, height · factor, width · factor]}, made in the caller's scope
     */
    public Tensor decode(AutoencoderKL vae, Tensor latents) {
        return mapped(latents, 1, vae.config().factor(), vae.config().outChannels(), vae::decode);
    }

    /**
     * A map of images, square by square.
     *
     * @param x {@code [batch, channels, height, width]}
     * @param in pixels of {@code x} that are one of the latents, on each side
     * @param out pixels of the result that are one of the latents, on each side
     * @param channels of the result
     */
    Tensor mapped(Tensor x, int in, int out, int channels, UnaryOperator<Tensor> map) {
        return Scoped.result(() -> {
            TensorVector all = new TensorVector();
            for (long i = 0; i < x.size(0); i++) {
                Tensor one = x.narrow(0, i, 1);
                boolean fits = x.size(2) <= (long) side * in && x.size(3) <= (long) side * in;
                all.push_back(fits ? map.apply(one) : Scoped.result(() -> blended(one, in, out, channels, map)));
            }
            return torch.cat(all, 0);
        });
    }

    private Tensor blended(Tensor x, int in, int out, int channels, UnaryOperator<Tensor> map) {
        long height = x.size(2) / in;
        long width = x.size(3) / in;
        long tall = Math.min(side, height);
        long wide = Math.min(side, width);
        Tensor weights = fading(tall, out, x).unsqueeze(1).mul(fading(wide, out, x));
        Tensor total = torch.zeros(new long[] {height * out, width * out}, x.options());
        Tensor sum = torch.zeros(new long[] {1, channels, height * out, width * out}, x.options());
        for (long top : starts(height)) {
            for (long left : starts(width)) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor square = map.apply(x.narrow(2, top * in, tall * in).narrow(3, left * in, wide * in));
                    place(sum, top * out, left * out, square).add_(square.mul(weights));
                    place(total, top * out, left * out, square).add_(weights);
                }
            }
        }
        return sum.div_(total);
    }

    private static Tensor place(Tensor whole, long top, long left, Tensor square) {
        return whole.narrow(-2, top, square.size(2)).narrow(-1, left, square.size(3));
    }

    /** Where squares begin along a side, the last one at its end. */
    private long[] starts(long length) {
        if (length <= side) {
            return new long[] {0};
        }
        long step = side - overlap;
        long count = 1 + (length - side + step - 1) / step;
        long[] starts = new long[Math.toIntExact(count)];
        for (int i = 0; i < count; i++) {
            starts[i] = Math.min(i * step, length - side);
        }
        return starts;
    }

    /** How much each pixel of a square counts along a side: less towards both ends. */
    private Tensor fading(long length, int scale, Tensor beside) {
        double[] weights = new double[Math.toIntExact(length * scale)];
        for (int i = 0; i < weights.length; i++) {
            double fromEnd = Math.min(i + 0.5, weights.length - i - 0.5);
            weights[i] = overlap == 0 ? 1 : Math.min(1, fromEnd / (overlap * scale));
        }
        return Tensors.of(weights).to(beside);
    }
}
