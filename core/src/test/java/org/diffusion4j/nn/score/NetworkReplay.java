package org.diffusion4j.nn.score;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.FormulaWeights;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;

/** Runs a network on a case's input, with its weights, and holds output and gradients against it. */
public record NetworkReplay(GoldenCase golden, Comparison out, ScalarType dtype) {

    /** The weights of the case under its own names. */
    public Map<String, Tensor> weights(String prefix) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        FormulaWeights.of(golden)
                .forEach((name, array) -> weights.put(
                        name.startsWith(prefix) ? name.substring(prefix.length()) : name,
                        Comparison.tensor(array, dtype)));
        return weights;
    }

    public Tensor input(String name) {
        return Comparison.tensor(golden.input(name), dtype);
    }

    /**
     * The output, and the gradients where the case has them.
     *
     * @param time the name of the input that is the time
     * @param weightNames of a parameter's name in the case, ours
     */
    public void run(Network network, String time, Condition condition, UnaryOperator<String> weightNames) {
        network.parameters().enableGradients();
        Tensor x = input("x");
        x.requires_grad_(true);
        Tensor y = network.forward(x, input(time), condition);
        out.expect("output", y);
        if (!golden.hasInput("loss_weight")) {
            return;
        }
        Tensor loss = y.mul(input("loss_weight")).sum();
        loss.backward();
        if (golden.expects("loss")) {
            out.expect("loss", loss.item_double());
        }
        out.expectGradient("grad_input.x", x.grad(), 10);
        for (String name : golden.expectedNames()) {
            if (name.startsWith("grad_weight.")) {
                String ours = weightNames.apply(name.substring("grad_weight.".length()));
                out.expectGradient(name, network.parameters().get(ours).value().grad(), 10);
            }
        }
    }
}
