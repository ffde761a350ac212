package org.diffusion4j.data;

import static org.diffusion4j.engine.Require.require;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;

/**
 * Small random rotations, changes of size and shifts, so that a network learns what something looks like and not where it stands. Each
 * is drawn uniformly up to its bound; what comes in from outside is the border's colour.
 *
 * @param rotation degrees
 * @param scale share of the size
 * @param shift pixels
 */
public record Jitter(double rotation, double scale, double shift) {

    private static final long BILINEAR = 0;
    private static final long BORDER = 1;

    /** None at all. */
    public static final Jitter NONE = new Jitter(0, 0, 0);

    public Jitter {
        require(rotation >= 0 && rotation <= 180, "jitter.rotation must lie in [0, 180], was %s", rotation);
        require(scale >= 0 && scale < 1, "jitter.scale must lie in [0, 1), was %s", scale);
        require(shift >= 0, "jitter.shift must be at least 0, was %s", shift);
    }

    /**
     * The pictures, each moved by itself.
     *
     * @param x float {@code [batch, channels, height, width]}
     * @return made in the caller's scope
     */
    public Tensor moved(Tensor x, SplittableRandom random) {
        int batch = (int) x.size(0);
        double[] maps = new double[6 * batch]; // from a place in the result to one in x, in halves of the size
        for (int i = 0; i < batch; i++) {
            double angle = Math.toRadians(rotation) * between(random);
            double size = 1 + scale * between(random);
            maps[6 * i] = Math.cos(angle) / size;
            maps[6 * i + 1] = -Math.sin(angle) / size;
            maps[6 * i + 2] = 2 * shift / x.size(3) * between(random);
            maps[6 * i + 3] = Math.sin(angle) / size;
            maps[6 * i + 4] = Math.cos(angle) / size;
            maps[6 * i + 5] = 2 * shift / x.size(2) * between(random);
        }
        Tensor places = torch.affine_grid_generator(
                Tensors.of(maps, batch, 2, 3).to(x), x.sizes().vec().get(), false);
        return torch.grid_sampler(x, places, BILINEAR, BORDER, false);
    }

    private static double between(SplittableRandom random) {
        return 2 * random.nextDouble() - 1;
    }
}
