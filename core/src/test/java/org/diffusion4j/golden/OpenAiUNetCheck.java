package org.diffusion4j.golden;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.OpenAiNames;
import org.diffusion4j.nn.OpenAiUNetConfig;
import org.diffusion4j.nn.UNet2D;

/** Outputs and gradients of the {@code UNetModel} of improved-diffusion and guided-diffusion, in float32. */
final class OpenAiUNetCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("networks") && golden.symbol().endsWith("_diffusion.unet.UNetModel");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        OpenAiUNetConfig config = OpenAiUNetConfig.fromMap(golden.configMap(), golden.toString());
        OpenAiNames names = new OpenAiNames(config);
        try (UNet2D network = new UNet2D(config.toUNet2D(), 0)) {
            network.parameters().load(names.ours(UNet2DCheck.weights(golden)), golden.toString());
            network.parameters().enableGradients();
            Tensor x = Comparison.tensor(golden.input("x"), ScalarType.Float);
            x.requires_grad_(true);
            Tensor labels = golden.hasInput("y") ? Comparison.tensor(golden.input("y"), ScalarType.Long) : null;
            Tensor y = network.forward(x, Comparison.tensor(golden.input("timesteps"), ScalarType.Float), labels);
            out.expect("output", y);
            if (golden.expects("loss")) {
                Tensor loss = y.mul(Comparison.tensor(golden.input("loss_weight"), ScalarType.Float))
                        .sum();
                loss.backward();
                out.expect("loss", loss.item_double());
                out.expectGradient("grad_input.x", x.grad(), 10);
                UNet2DCheck.gradients(golden, network.parameters(), names::ours, out);
            }
        }
    }
}
