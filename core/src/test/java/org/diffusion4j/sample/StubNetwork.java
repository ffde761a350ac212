package org.diffusion4j.sample;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/** Halves its input with one trainable parameter, and remembers what it was told. */
final class StubNetwork implements Network {

    private final Parameters parameters = new Parameters();
    private final Parameters.Parameter factor;

    double @Nullable [] timesteps;
    double @Nullable [] labels;

    StubNetwork() {
        factor = parameters.add("factor", new Initialiser.Constant(0.5), 1);
        parameters.allocate(0, ScalarType.Float);
        parameters.enableGradients();
    }

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        this.timesteps = Comparison.values(timesteps);
        Tensor labels = condition.get(Condition.CLASSES);
        this.labels = labels == null ? null : Comparison.values(labels);
        return x.mul(factor.value());
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
