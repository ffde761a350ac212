package org.diffusion4j.evaluate;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** pytorch-fid's and torch-fidelity's metrics on recorded features. */
public final class MetricsCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("metrics");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        switch (golden.symbol().replaceAll(".*\\.", "")) {
            case "calculate_frechet_distance" -> frechet(golden, out);
            case "isc_features_to_metric" -> inceptionScore(golden, out);
            case "kid_features_to_metric" -> kernelDistance(golden, out);
            case "prc_features_to_metric" -> precisionRecall(golden, out);
            default -> throw new IllegalArgumentException(golden + ": " + golden.symbol());
        }
    }

    private static Tensor input(GoldenCase golden, String name) {
        return Comparison.tensor(golden.input(name), ScalarType.Double);
    }

    private static void frechet(GoldenCase golden, Comparison out) {
        golden.needsNo("config.eps"); // added where the reference's root of a product is not finite; ours always is
        Tensor x = input(golden, "features_1");
        Tensor y = input(golden, "features_2");
        try (FeatureMoments a = new FeatureMoments((int) x.size(1));
                FeatureMoments b = new FeatureMoments((int) y.size(1))) {
            a.add(x);
            b.add(y);
            out.expect("mu_1", a.mean());
            out.expect("sigma_1", a.covariance());
            out.expect("mu_2", b.mean());
            out.expect("sigma_2", b.covariance());
            out.expect("frechet_distance", FrechetDistance.of(a, b));
            out.expect("eigenvalues", FrechetDistance.of(a, b));
        }
    }

    private static void inceptionScore(GoldenCase golden, Comparison out) {
        Tensor logits = input(golden, "logits");
        golden.needsNo("config.rng_seed"); // of the recorded permutation
        if (golden.config().get("shuffle").asBoolean()) {
            logits = logits.index_select(0, Comparison.tensor(golden.input("permutation"), ScalarType.Long));
        }
        int splits = golden.config().path("splits").asInt();
        try (InceptionScore score = new InceptionScore(logits.size(0), splits, (int) logits.size(1))) {
            score.add(0, logits);
            out.expect("mean", score.score().mean());
            out.expect("std", score.score().std());
        }
    }

    private static void kernelDistance(GoldenCase golden, Comparison out) {
        golden.needsNo("config.rng_seed"); // of the recorded subsets
        boolean gaussian = golden.config().path("kid_kernel").asText().equals("rbf");
        golden.needsNo(
                gaussian
                        ? new String[] {
                            "config.kid_kernel_poly_degree",
                            "config.kid_kernel_poly_gamma",
                            "config.kid_kernel_poly_coef0"
                        }
                        : new String[] {"config.kid_kernel_rbf_sigma"});
        Kernel kernel = gaussian
                ? new Kernel.Gaussian(
                        golden.config().path("kid_kernel_rbf_sigma").asDouble())
                : new Kernel.Polynomial(
                        golden.config().path("kid_kernel_poly_degree").asInt(),
                        golden.config().path("kid_kernel_poly_gamma").asDouble(0),
                        golden.config().path("kid_kernel_poly_coef0").asDouble());
        int subsets = golden.config().path("kid_subsets").asInt();
        KernelDistance kid = new KernelDistance(
                kernel, subsets, golden.config().path("kid_subset_size").asInt(), 0);
        Tensor rows1 = Comparison.tensor(golden.input("subset_1"), ScalarType.Long);
        Tensor rows2 = Comparison.tensor(golden.input("subset_2"), ScalarType.Long);
        double[] estimates = new double[subsets];
        for (int i = 0; i < subsets; i++) {
            estimates[i] = kid.squared(
                    input(golden, "features_1").index_select(0, rows1.select(0, i)),
                    input(golden, "features_2").index_select(0, rows2.select(0, i)));
        }
        out.expect("per_subset", estimates);
        out.expect("mean", Spread.of(estimates).mean());
        out.expect("std", Spread.of(estimates).std());
    }

    private static void precisionRecall(GoldenCase golden, Comparison out) {
        int k = golden.config().path("prc_neighborhood").asInt();
        Tensor generated = input(golden, "features_1");
        Tensor real = input(golden, "features_2");
        PrecisionRecall found = PrecisionRecall.of(generated, real, k);
        out.expect("precision", found.precision());
        out.expect("recall", found.recall());
        out.expect("f_score", found.fScore());
        out.expect("radius_1", PrecisionRecall.radii(generated, k));
        out.expect("radius_2", PrecisionRecall.radii(real, k));
    }
}
