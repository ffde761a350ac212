package org.diffusion4j.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The posterior of a step")
class PosteriorTest {

    private static final double ROUNDING = 1e-12;

    private final DiscreteSchedule table = BetaSchedule.ddpm().table();

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({"500, 499", "900, 300", "40, 0"})
    void agrees_with_bayes_on_a_grid(int t, int s) {
        double x0 = 0.7;
        double xt = -0.4;
        double ratio = Math.sqrt(table.alphaBar(t) / table.alphaBar(s));
        Posterior posterior = table.posterior(t, s);

        double sum = 0;
        double mean = 0;
        double square = 0;
        for (double xs = -8; xs <= 8; xs += 1e-4) { // far beyond both Gaussians, and fine for either
            double p = gaussian(xs, Math.sqrt(table.alphaBar(s)) * x0, 1 - table.alphaBar(s))
                    * gaussian(xt, ratio * xs, 1 - ratio * ratio);
            sum += p;
            mean += p * xs;
            square += p * xs * xs;
        }

        assertThat(posterior.x0Weight() * x0 + posterior.xtWeight() * xt).isEqualTo(mean / sum, within(1e-9));
        assertThat(posterior.variance()).isEqualTo(square / sum - mean / sum * (mean / sum), within(1e-9));
    }

    @Test
    void kernels_of_two_steps_compose_to_that_of_the_long_step() {
        int r = 100;
        int s = 350;
        int t = 900;
        double upper = Math.sqrt(table.alphaBar(t) / table.alphaBar(s));

        double composed = table.posterior(t, s).stepVariance()
                + upper * upper * table.posterior(s, r).stepVariance();

        assertThat(table.posterior(t, r).stepVariance()).isEqualTo(composed, within(ROUNDING));
    }

    @Test
    void pairs_of_the_full_grid_have_the_betas_of_the_table() {
        TimeGrid full = TimeGrid.full(table.steps());

        for (int i = 0; i < full.steps(); i++) {
            int t = (int) full.time(i);
            assertThat(table.posterior(t, (int) full.next(i)).stepVariance())
                    .isEqualTo(table.beta(t), within(ROUNDING));
        }
    }

    @Test
    void holds_for_processes_that_do_not_preserve_variance() {
        Posterior posterior = Posterior.of(1, 5, 1, 3); // variance exploding: precision-weighted mean of two Gaussians

        assertThat(posterior.x0Weight()).isEqualTo(16.0 / 25, within(ROUNDING));
        assertThat(posterior.xtWeight()).isEqualTo(9.0 / 25, within(ROUNDING));
        assertThat(posterior.variance()).isEqualTo(1 / (1.0 / 9 + 1.0 / 16), within(ROUNDING));
    }

    @Test
    void refuses_a_step_towards_more_noise() {
        assertThatThrownBy(() -> table.posterior(10, 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a step must go to less noise, went from sigma 0.0");
    }

    private static double gaussian(double x, double mean, double variance) {
        return Math.exp(-(x - mean) * (x - mean) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
    }
}
