package org.diffusion4j.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.OpenAiNames;
import org.diffusion4j.nn.unet.OpenAiUNetConfig;
import org.diffusion4j.nn.unet.SuperResolution;

/**
 * Outputs and gradients of the {@code UNetModel} and the {@code SuperResModel} of improved-diffusion and guided-diffusion, in float32,
 * with weights that are read from a file.
 */
final class OpenAiUNetCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("networks")
                && golden.symbol().matches("(improved|guided)_diffusion\\.unet\\.(UNetModel|SuperResModel)");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) throws IOException {
        OpenAiUNetConfig config = config(golden);
        Path file = Files.createTempFile("openai", ".safetensors");
        Safetensors.write(file, UNet2DCheck.weights(golden), Map.of());
        try (DiffusionModel model = DiffusionModel.loadOpenAi(file, config, SchedulerConfig.ddpm())) {
            Network network = golden.hasInput("low_res")
                    ? new SuperResolution(model.network(), tensor(golden, "low_res"))
                    : model.network();
            Parameters parameters = network.parameters();
            parameters.enableGradients();
            Tensor x = tensor(golden, "x");
            x.requires_grad_(true);
            Tensor labels = golden.hasInput("y") ? Comparison.tensor(golden.input("y"), ScalarType.Long) : null;
            Tensor y = network.forward(x, tensor(golden, "timesteps"), Condition.ofClasses(labels));
            out.expect("output", y);
            if (golden.expects("loss")) {
                Tensor loss = y.mul(tensor(golden, "loss_weight")).sum();
                loss.backward();
                out.expect("loss", loss.item_double());
                out.expectGradient("grad_input.x", x.grad(), 10);
                UNet2DCheck.gradients(golden, parameters, new OpenAiNames(config)::ours, out);
            }
        } finally {
            Files.delete(file);
        }
    }

    /** The {@code SuperResModel} doubles the channels that it is given. */
    private static OpenAiUNetConfig config(GoldenCase golden) {
        Map<String, Object> arguments = golden.configMap();
        if (golden.hasInput("low_res")) {
            arguments.computeIfPresent("in_channels", (key, channels) -> 2 * (Integer) channels);
        }
        return OpenAiUNetConfig.fromMap(arguments, golden.toString());
    }

    private static Tensor tensor(GoldenCase golden, String input) {
        return Comparison.tensor(golden.input(input), ScalarType.Float);
    }
}
