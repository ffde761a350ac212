package org.diffusion4j.latent;

import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;

/** How the weights of tokens enter the features of a text, as in AUTOMATIC1111's web UI. */
public enum Emphasis {

    /** Each token's features are multiplied by its weight, and all of the chunk so that their mean stays what it was. */
    ORIGINAL {
        @Override
        Tensor of(Tensor states, Tensor weights) {
            Tensor weighted = states.mul(weights);
            return weighted.mul(states.mean().div(weighted.mean()));
        }
    },

    /** Each token's features are multiplied by its weight. */
    NO_NORM {
        @Override
        Tensor of(Tensor states, Tensor weights) {
            return states.mul(weights);
        }
    };

    abstract Tensor of(Tensor states, Tensor weights);

    /**
     * The weighted features of one chunk.
     *
     * @param states {@code [1, length, width]}
     * @param weights of the tokens, {@code length} of them
     * @return shaped as the features, made in the caller's scope; the features themselves where all weights are 1
     */
    public Tensor apply(Tensor states, List<Double> weights) {
        if (weights.stream().allMatch(weight -> weight == 1)) {
            return states;
        }
        double[] factors = weights.stream().mapToDouble(Double::doubleValue).toArray();
        return Scoped.result(
                () -> of(states, Tensors.of(factors, 1, factors.length, 1).to(states)));
    }

    /** The name of it, in kebab case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
