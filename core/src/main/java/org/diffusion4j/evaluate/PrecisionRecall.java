package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Cancellation;

/**
 * Improved precision and recall: how much of what is generated lies among real samples, and how much of the real ones among what is
 * generated. A sample lies among others where it is no further from one of them than that one's k-th neighbour.
 *
 * <p>Kynkäänniemi, Karras, Laine, Lehtinen, Aila, "Improved Precision and Recall Metric for Assessing Generative Models", NeurIPS 2019,
 * equations 1 and 2. Both depend on the numbers of samples: compare equal numbers only.
 *
 * @param precision share of the generated samples, in [0, 1]
 * @param recall share of the real samples, in [0, 1]
 */
public record PrecisionRecall(double precision, double recall) {

    /** The neighbour of the paper. */
    public static final int NEIGHBOUR = 3;

    private static final long ROWS = 512; // of the matrix of distances that exist at once

    /**
     * Of two sets of feature vectors.
     *
     * @param generated {@code [n, dims]} of any float dtype, borrowed
     * @param real {@code [m, dims]}, borrowed
     * @param k which neighbour, {@value #NEIGHBOUR} in the paper
     */
    public static PrecisionRecall of(Tensor generated, Tensor real, int k) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            Tensor x = generated.to(ScalarType.Double);
            Tensor y = real.to(ScalarType.Double);
            return new PrecisionRecall(share(x, y, k), share(y, x, k));
        }
    }

    /** The harmonic mean; 0 where both are 0. */
    public double fScore() {
        return 2 * precision * recall / Math.max(1e-5, precision + recall);
    }

    /** The share of x that lies among y. */
    private static double share(Tensor x, Tensor y, int k) {
        Tensor radii = radii(y, k);
        double inside = 0;
        for (long row = 0; row < x.size(0); row += ROWS) {
            Cancellation.checkpoint();
            try (PointerScope scope = new PointerScope()) {
                Tensor distances = Distances.squared(rows(x, row), y).sqrt_();
                inside += distances.le(radii).any(1).sum().item_double();
            }
        }
        return inside / x.size(0);
    }

    /** The distance of each row from its k-th neighbour, itself not counted. */
    static Tensor radii(Tensor x, int k) {
        require(k >= 1 && k < x.size(0), "a sample among %s has no neighbour number %s", x.size(0), k);
        Tensor radii = torch.empty_like(x.select(1, 0));
        for (long row = 0; row < x.size(0); row += ROWS) {
            Cancellation.checkpoint();
            try (PointerScope scope = new PointerScope()) {
                Tensor distances = Distances.squared(rows(x, row), x).sqrt_();
                rows(radii, row).copy_(distances.kthvalue(k + 1).get0());
            }
        }
        return radii;
    }

    private static Tensor rows(Tensor x, long first) {
        return x.narrow(0, first, Math.min(ROWS, x.size(0) - first));
    }
}
