package org.diffusion4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.schedule.BetaSchedule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The variational bound")
class VariationalBoundTest {

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private PointerScope scope;
    private Tensor x0;
    private Tensor eps;

    @BeforeEach
    void draw() {
        scope = new PointerScope();
        x0 = Tensors.of(new double[] {-1, 1, -1, 1, 0, 1 / 255.0}, 3, 2);
        eps = new SeededNoise(2, 0).draw(0, x0);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void divergence_of_equal_gaussians_is_zero() {
        Tensor logVariance = eps.mul(new Scalar(3));
        assertThat(Comparison.values(NormalKl.of(x0, logVariance, x0, logVariance)))
                .containsOnly(0);
    }

    @Test
    void of_a_model_that_knows_x0_is_zero_but_for_the_last_step() {
        NoiseLevel level = NoiseLevel.at(process, new double[] {0, 1, 999}, x0);
        ReverseStep step = level.step();
        Tensor terms = VariationalBound.term(x0, level.noised(x0, eps), x0, step.logSmall(), step);

        double[] bits = Comparison.values(terms);
        assertThat(bits[0]).isPositive();
        assertThat(bits).endsWith(0, 0);
    }

    @Test
    void probabilities_of_all_grey_levels_sum_to_one() {
        double[] levels = new double[256];
        for (int level = 0; level < 256; level++) {
            levels[level] = level / 127.5 - 1;
        }
        Tensor x = Tensors.of(levels);
        for (double mean : new double[] {-1.2, -1, 0.3, 0.99}) {
            Tensor log = DiscretisedGaussian.logLikelihood(
                    x, x.mul(new Scalar(0)).add(new Scalar(mean)), Tensors.of(new double[] {Math.log(0.05)}));
            // each of the 256 is at least 1e-12
            assertThat(log.exp().sum().item_double()).isEqualTo(1, within(1e-9));
        }
    }

    @Test
    void prior_is_the_divergence_that_is_left_at_the_last_time() {
        double alpha = process.alpha(999);
        double variance = 1 - alpha * alpha;
        double nats = (variance - 1 - Math.log(variance) + alpha * alpha) / 2; // |x0| = 1
        assertThat(Comparison.values(VariationalBound.prior(process, 999, x0))[0])
                .isEqualTo(nats / Math.log(2), within(1e-15));
    }
}
