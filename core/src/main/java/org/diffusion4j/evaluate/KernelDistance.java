package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Cancellation;
import org.diffusion4j.engine.Tensors;

/**
 * The kernel inception distance: the unbiased squared maximum mean discrepancy of random subsets.
 *
 * <p>Bińkowski, Sutherland, Arbel, Gretton, "Demystifying MMD GANs", ICLR 2018, section 4. Unlike FID it does not depend on the
 * number of samples in the mean; it may be negative.
 *
 * @param subsets how many estimates are made
 * @param subsetSize how many samples of each side are in each, drawn without replacement
 * @param seed of the subsets
 */
public record KernelDistance(Kernel kernel, int subsets, int subsetSize, long seed) {

    public KernelDistance {
        require(subsets >= 1, "KID needs at least 1 subset, was %s", subsets);
        require(subsetSize >= 2, "KID needs subsets of at least 2, was %s", subsetSize);
    }

    /** The cubic kernel on 100 subsets of 1,000, or of all where there are fewer samples. */
    public static KernelDistance of(long samples) {
        return new KernelDistance(Kernel.Polynomial.cubic(), 100, (int) Math.min(1000, samples), 0);
    }

    /**
     * The distance of two sets of feature vectors; lower is better.
     *
     * @param x {@code [n, dims]} of any float dtype, borrowed
     * @param y {@code [m, dims]}, borrowed
     */
    public Spread between(Tensor x, Tensor y) {
        long fewer = Math.min(x.size(0), y.size(0));
        require(fewer >= subsetSize, "KID needs at least %s samples of each side, has %s", subsetSize, fewer);
        SplittableRandom random = new SplittableRandom(seed);
        double[] estimates = new double[subsets];
        for (int i = 0; i < subsets; i++) {
            Cancellation.checkpoint();
            try (AutoGradMode noGrad = new AutoGradMode(false);
                    PointerScope scope = new PointerScope()) {
                estimates[i] = squared(subset(x, random), subset(y, random));
            }
        }
        return Spread.of(estimates);
    }

    private Tensor subset(Tensor x, SplittableRandom random) {
        int[] rows = RandomRows.of(Math.toIntExact(x.size(0)), subsetSize, random);
        return x.index_select(0, Tensors.of(IntStream.of(rows).asLongStream().toArray()))
                .to(ScalarType.Double);
    }

    /**
     * The unbiased estimate of MMD² from two sets of equal size: means of the kernel within each set, each vector with the others,
     * less twice the mean across.
     *
     * @param x float64 {@code [n, dims]}
     * @param y float64 {@code [n, dims]}
     */
    double squared(Tensor x, Tensor y) {
        double n = x.size(0);
        double across = kernel.of(x, y).sum().item_double();
        return (withOthers(x) + withOthers(y)) / (n * (n - 1)) - 2 * across / (n * n);
    }

    private double withOthers(Tensor x) {
        Tensor k = kernel.of(x, x);
        return k.sum().item_double() - k.trace().item_double();
    }
}
