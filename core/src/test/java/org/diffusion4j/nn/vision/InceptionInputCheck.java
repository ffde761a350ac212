package org.diffusion4j.nn.vision;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** The two resize rules; aligned corners, which nobody's FID has, are not offered. */
public final class InceptionInputCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.name().startsWith("resize_") && golden.kind().equals("networks");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        golden.needsNo("config.method"); // the slow of two ways to the same values
        Tensor image = Comparison.tensor(golden.input("image"), ScalarType.Float);
        int height = golden.config().path("size").get(0).asInt();
        int width = golden.config().path("size").get(1).asInt();
        out.expect("tf1", InceptionInput.TENSORFLOW.resized(image, height, width));
        out.expect("half_pixel", InceptionInput.PYTORCH_FID.resized(image, height, width));
    }
}
