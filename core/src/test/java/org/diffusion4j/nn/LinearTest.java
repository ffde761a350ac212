package org.diffusion4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.SeededNoise;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A linear map")
class LinearTest {

    /** Of numbers near 1: eight bits of mantissa, and sums in float32. */
    private static final double ROUNDING = 4 * Math.pow(2, -8);

    @Test
    void over_a_sequence_in_bf16_is_libtorchs_product_of_bf16_factors() {
        Parameters parameters = new Parameters();
        Linear map = new Linear(parameters.root(), 24, 7);
        parameters.allocate(5, ScalarType.Float);
        try (parameters;
                PointerScope scope = new PointerScope()) {
            Tensor weight = parameters.get("weight").value().to(ScalarType.BFloat16);
            Tensor bias = parameters.get("bias").value().to(ScalarType.BFloat16);
            parameters.computeIn(Compute.on(Precision.BFLOAT16));
            NoiseStream noise = new SeededNoise(3, 0);
            Tensor x = noise.draw(NoiseStream.START, torch.zeros(2, 5, 24));

            Tensor found = map.apply(x);

            assertThat(found.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            assertThat(found.sizes().vec().get()).containsExactly(2, 5, 7);
            Tensor expected = torch.linear(x.to(ScalarType.BFloat16), weight, new TensorOptional(bias));
            assertThat(found.sub(expected).abs().max().item_double()).isLessThan(ROUNDING);
        }
    }
}
