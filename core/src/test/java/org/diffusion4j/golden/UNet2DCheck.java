package org.diffusion4j.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;

/** Outputs and gradients of diffusers' {@code UNet2DModel}, in float32. */
final class UNet2DCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.kind().equals("networks") && golden.symbol().equals("UNet2DModel");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        try (UNet2D network = new UNet2D(UNet2DConfig.fromMap(golden.configMap(), golden.toString()), 0)) {
            network.parameters().load(weights(golden), golden.toString());
            network.parameters().enableGradients();
            Tensor x = Comparison.tensor(golden.input("sample"), ScalarType.Float);
            x.requires_grad_(true);
            Tensor y = network.forward(x, timesteps(golden), Condition.ofClasses(labels(golden)));
            out.expect("sample", y);
            if (golden.expects("loss")) {
                Tensor loss = y.mul(Comparison.tensor(golden.input("loss_weight"), ScalarType.Float))
                        .sum();
                loss.backward();
                out.expect("loss", loss.item_double());
                out.expectGradient("grad_input.sample", x.grad(), 10);
                gradients(golden, network.parameters(), name -> name, out);
            }
        }
    }

    /** The weights of a case under its own names, in float32. */
    static Map<String, Tensor> weights(GoldenCase golden) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        FormulaWeights.of(golden)
                .forEach((name, array) -> weights.put(name, Comparison.tensor(array, ScalarType.Float)));
        return weights;
    }

    private static Tensor timesteps(GoldenCase golden) {
        return Comparison.tensor(golden.input("timestep"), ScalarType.Float);
    }

    private static Tensor labels(GoldenCase golden) {
        if (!golden.hasInput("class_labels")) {
            return null;
        }
        boolean indices = golden.config().path("class_embed_type").isNull();
        return Comparison.tensor(golden.input("class_labels"), indices ? ScalarType.Long : ScalarType.Float);
    }

    /** Holds the gradients of parameters against the case, which may call them by other names than we do. */
    static void gradients(GoldenCase golden, Parameters parameters, UnaryOperator<String> ours, Comparison out) {
        for (String name : golden.expectedNames()) {
            if (name.startsWith("grad_weight.")) {
                String parameter = ours.apply(name.substring("grad_weight.".length()));
                out.expectGradient(name, parameters.get(parameter).value().grad(), 10);
            }
        }
    }
}
