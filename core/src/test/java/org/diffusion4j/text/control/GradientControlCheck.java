package org.diffusion4j.text.control;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** Diffusion-LM's steps of Adagrad between the steps of the sampler, in float64. */
public final class GradientControlCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("diffusion_lm") && golden.symbol().equals("scripts/infill_util.langevin_fn_tree");
    }

    /** The reference takes the mean over the batch of what holds to the mean, and the sum of what is wanted. */
    @Override
    public void check(GoldenCase golden, Comparison out) {
        Tensor x = input(golden, "sample");
        Tensor mean = input(golden, "mean");
        Tensor target = input(golden, "target");
        GradientControl control = new GradientControl(
                golden.config().get("coef").asDouble() / x.size(0),
                golden.config().get("step_size").asDouble(),
                10);
        for (double t : golden.input("t").values()) {
            for (double sigma : new double[] {0.3, 0}) {
                Tensor steered = control.steer(
                        x, mean, sigma, t, at -> at.sub(target).square().sum().div(new Scalar(2)));
                out.expect("sample_t" + (int) t + "_sigma0_" + (int) (10 * sigma), steered);
            }
        }
    }

    private static Tensor input(GoldenCase golden, String name) {
        return Comparison.tensor(golden.input(name), ScalarType.Double);
    }
}
