package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("EMA")
class EmaTest {

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    @Test
    void is_the_formula_with_a_decay_that_grows_to_its_full_length() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weights = full(1);
            double expected = 1;
            try (Ema ema = new Ema(0.5, weights)) {
                for (int step = 1; step <= 20; step++) {
                    weights.fill_(new Scalar((double) step));
                    ema.update(weights, step);
                    double decay = Math.min(0.5, (1.0 + step) / (10.0 + step)); // 2/11 … 9/18 = 0.5 from step 8 on
                    expected = decay * expected + (1 - decay) * step;
                }
                assertThat(ema.average().mean().item_double()).isCloseTo(expected, within(20 * 1e-15 * 20));
                assertThat(ema.decayAt(1)).isEqualTo(2.0 / 11);
                assertThat(ema.decayAt(8)).isEqualTo(0.5);
            }
        }
    }

    @Test
    void stands_in_for_the_weights_and_gives_the_same_weights_back() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weights = full(3);
            try (Ema ema = new Ema(0.9, full(5))) {
                try (Ema.Swap swap = ema.swapInto(weights)) {
                    assertThat(weights.mean().item_double()).isEqualTo(5);
                }
            }
            assertThat(weights.mean().item_double()).isEqualTo(3);
        }
    }

    @Test
    void refuses_a_decay_of_one_and_says_which_value_it_got() {
        try (PointerScope scope = new PointerScope()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Ema(1, full(0)))
                    .withMessage("emaDecay must lie in [0, 1), was 1.0");
        }
    }

    private static Tensor full(double value) {
        return torch.full(new long[] {5}, new Scalar(value), new TensorOptions(ScalarType.Double));
    }
}
