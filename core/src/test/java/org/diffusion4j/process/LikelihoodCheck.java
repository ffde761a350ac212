package org.diffusion4j.process;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** IDDPM's discretised Gaussian, its approximate distribution function, and the divergence of two Gaussians. */
public final class LikelihoodCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().startsWith("improved_diffusion.losses.");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        Tensor x = input(golden, "x");
        Tensor mean = input(golden, "means");
        Tensor logStd = input(golden, "log_scales");
        out.expect("log_likelihood", DiscretisedGaussian.logLikelihood(x, mean, logStd));
        out.expect("normal_kl", NormalKl.of(mean, logStd, input(golden, "mean2"), input(golden, "logvar2")));
        out.expect("cdf", DiscretisedGaussian.distribution(input(golden, "mean2")));
    }

    private static Tensor input(GoldenCase golden, String name) {
        return Comparison.tensor(golden.input(name), ScalarType.Double);
    }
}
