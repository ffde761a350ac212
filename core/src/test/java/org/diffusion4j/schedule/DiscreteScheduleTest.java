package org.diffusion4j.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table of a discrete process")
class DiscreteScheduleTest {

    private static final double ROUNDING = 1e-12; // 1000 products of relative error 2⁻⁵³

    private final DiscreteSchedule ddpm = BetaSchedule.ddpm().table();

    @Test
    void the_clean_sample_is_timestep_minus_one() {
        assertThat(ddpm.alphaBar(-1)).isEqualTo(1);
    }

    @Test
    void zero_terminal_snr_ends_at_exactly_zero_and_begins_where_it_began() {
        DiscreteSchedule rescaled = ddpm.withZeroTerminalSnr();

        assertThat(rescaled.alphaBar(999)).isEqualTo(0);
        assertThat(rescaled.alphaBar(0)).isEqualTo(ddpm.alphaBar(0), within(ROUNDING));
        assertThat(rescaled.alphaBar(998)).isPositive();
    }

    @Test
    void the_posterior_of_neighbours_is_that_of_ddpm() {
        int t = 400;
        double beta = ddpm.beta(t);
        double before = ddpm.alphaBar(t - 1);
        double noise = 1 - ddpm.alphaBar(t);
        Posterior posterior = ddpm.posterior(t, t - 1);

        // DDPM, equation 7
        assertThat(posterior.x0Weight()).isEqualTo(Math.sqrt(before) * beta / noise, within(ROUNDING));
        assertThat(posterior.xtWeight()).isEqualTo(Math.sqrt(1 - beta) * (1 - before) / noise, within(ROUNDING));
        assertThat(posterior.variance()).isEqualTo(beta * (1 - before) / noise, within(ROUNDING));
        assertThat(posterior.stepVariance()).isEqualTo(beta, within(ROUNDING));
    }

    @Test
    void the_first_variance_of_the_chain_is_replaced_by_the_second() {
        assertThat(ddpm.posterior(0, -1).variance()).isZero();
        assertThat(ddpm.chainStep(0).variance()).isEqualTo(ddpm.posterior(1, 0).variance());
        assertThat(ddpm.chainStep(0).stepVariance())
                .isEqualTo(ddpm.posterior(0, -1).stepVariance());
        assertThat(ddpm.chainStep(5)).isEqualTo(ddpm.posterior(5, 4));
    }

    @Test
    void a_timestep_outside_the_table_is_refused() {
        assertThatThrownBy(() -> ddpm.alphaBar(1000)).hasMessage("timestep 1000 lies outside -1 … 999");
        assertThatThrownBy(() -> ddpm.beta(-1)).hasMessage("timestep -1 lies outside 0 … 999");
    }
}
