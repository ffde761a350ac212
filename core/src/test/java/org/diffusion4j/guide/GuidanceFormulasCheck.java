package org.diffusion4j.guide;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;
import org.diffusion4j.nn.TimeFeatures;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.Prediction;

/** Guidance, its rescaling and the features of its scale, as diffusers has them. */
public final class GuidanceFormulasCheck implements GoldenCheck {

    private static final int TIMES = 1000; // a scale is taken for a time of [0, 1]

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().contains("rescale_noise_cfg");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        Tensor told = Comparison.tensor(golden.input("cond"), ScalarType.Double);
        Tensor untold = Comparison.tensor(golden.input("uncond"), ScalarType.Double);
        double scale = golden.config().get("guidance_scale").asDouble();
        double share = golden.config().get("guidance_rescale").asDouble();
        Tensor guided = ClassifierFreeGuidance.guided(new Denoised(told, told), new Denoised(untold, untold), scale)
                .eps();
        out.expect("guided", guided);
        out.expect("rescaled", new Rescale(share, Prediction.EPS).rescaled(guided, told));
        int width = golden.config().get("embedding_dim").asInt();
        Tensor scales = Comparison.tensor(golden.input("w"), ScalarType.Double).mul(new Scalar(TIMES));
        out.expect("w_embedding", new TimeFeatures.Sines(width, 1, false).of(scales, ScalarType.Double));
    }
}
