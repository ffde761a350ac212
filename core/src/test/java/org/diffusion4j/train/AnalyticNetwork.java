package org.diffusion4j.train;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;

/** {@code a·tanh(x) + b·x·cos(t/200)}, and for a learned variance {@code c·sin(x + t/100) + d} beside it, without parameters. */
record AnalyticNetwork(JsonNode letters, boolean learned, IntToDoubleFunction originalTime) implements Network {

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        double[] times = Arrays.stream(Comparison.values(timesteps))
                .map(step -> originalTime.applyAsDouble((int) step))
                .toArray();
        Tensor t = Tensors.of(times, times.length, 1, 1, 1);
        Tensor output = x.tanh()
                .mul(letter("a"))
                .add(x.mul(t.div(new Scalar(200.0)).cos()).mul(letter("b")));
        if (!learned) {
            return output;
        }
        Tensor spread = x.add(t.div(new Scalar(100.0))).sin().mul(letter("c")).add(letter("d"));
        return torch.cat(new TensorVector(output, spread), 1);
    }

    private Scalar letter(String name) {
        return new Scalar(letters.get(name).asDouble());
    }

    @Override
    public Parameters parameters() {
        return new Parameters(); // none, on the processor
    }

    @Override
    public void close() {}
}
