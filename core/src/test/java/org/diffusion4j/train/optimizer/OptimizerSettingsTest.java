package org.diffusion4j.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Optimizers beside Adam")
class OptimizerSettingsTest {

    @BeforeAll
    static void start() {
        Libtorch.start();
    }

    @Test
    void sgd_remembers_its_direction_with_momentum_and_decays_weights_through_the_gradient() {
        try (PointerScope scope = new PointerScope()) {
            Tensor weight = Tensors.of(new double[] {1});
            Tensor gradient = Tensors.of(new double[] {2});
            try (Sgd sgd = new Sgd(0.5, 0.1, weight, gradient)) {
                sgd.step(1, 0.1); // direction 2 + 0.1·1
                assertThat(weight.item_double()).isEqualTo(1 - 0.1 * 2.1, within(1e-15));
                sgd.step(2, 0.1); // direction 0.5·2.1 + 2 + 0.1·0.79
                assertThat(weight.item_double()).isEqualTo(0.79 - 0.1 * (1.05 + 2 + 0.079), within(1e-15));
            }
        }
    }

    @Test
    void sgld_samples_the_gibbs_distribution_of_the_loss() {
        // loss w²/2 at temperature 0.25: a Gaussian of variance 0.25, and 1/(1 − rate/2) of it for steps of finite size
        double rate = 0.1;
        int chains = 20_000;
        try (PointerScope scope = new PointerScope()) {
            Tensor weights = Tensors.of(new double[chains]);
            Tensor gradients = torch.zeros_like(weights);
            try (Sgld sgld = new Sgld(0.25, 0, weights, gradients, 4)) {
                for (int step = 1; step <= 100; step++) {
                    gradients.copy_(weights);
                    sgld.step(step, rate);
                }
            }
            double variance = 0.25 / (1 - rate / 2);
            double standardError = variance * Math.sqrt(2.0 / chains);
            assertThat(weights.pow(new Scalar(2)).mean().item_double()).isEqualTo(variance, within(5 * standardError));
        }
    }

    @Test
    void sgld_draws_the_same_noise_for_the_same_seed_and_step() {
        assertThat(afterStep(3, 1)).containsExactly(afterStep(3, 1));
        assertThat(afterStep(3, 2)).isNotEqualTo(afterStep(3, 1));
        assertThat(afterStep(4, 1)).isNotEqualTo(afterStep(3, 1));
    }

    private static double[] afterStep(long seed, long step) {
        try (PointerScope scope = new PointerScope()) {
            Tensor weights = Tensors.of(new double[4]);
            try (Sgld sgld = new Sgld(1, 0, weights, torch.zeros_like(weights), seed)) {
                sgld.step(step, 0.1);
            }
            return Comparison.values(weights);
        }
    }

    @Test
    void refuse_numbers_outside_their_range() {
        OptimizerSettings.Kind sgd = OptimizerSettings.Kind.SGD;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OptimizerSettings(sgd, 0.9, 0.999, 1e-8, 0, 1, 0))
                .withMessage("momentum must lie in [0, 1), was 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OptimizerSettings(sgd, 0.9, 0.999, 1e-8, 0, 0, -1))
                .withMessage("temperature must be at least 0, was -1.0");
    }
}
