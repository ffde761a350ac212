package org.diffusion4j.nn.text;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;

/** Two linear layers with an activation between, named as in a list of three: {@code 0} and {@code 2}. */
final class TwoLayers {

    private final Linear first;
    private final Linear second;
    private final UnaryOperator<Tensor> activation;

    TwoLayers(Parameters.Path at, int in, int between, int out, UnaryOperator<Tensor> activation) {
        first = new Linear(at.to("0"), in, between);
        second = new Linear(at.to("2"), between, out);
        this.activation = activation;
    }

    Tensor apply(Tensor x) {
        return second.apply(activation.apply(first.apply(x)));
    }
}
