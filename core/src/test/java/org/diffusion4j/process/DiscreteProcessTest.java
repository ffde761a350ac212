package org.diffusion4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A discrete process")
class DiscreteProcessTest {

    private static final double ROUNDING = 1e-13;

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final DiscreteProcess zeroSnr =
            new DiscreteProcess(BetaSchedule.ddpm().withZeroTerminalSnr().table());

    @ParameterizedTest
    @ValueSource(doubles = {-1, -0.7, 0, 0.25, 1, 499.5, 998, 998.9, 999})
    void finds_the_time_of_its_own_noise_to_signal_ratio(double t) {
        assertThat(process.timeAt(process.noiseToSignal(t))).isCloseTo(t, within(1e-9));
        assertThat(zeroSnr.timeAt(zeroSnr.noiseToSignal(t))).isCloseTo(t, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, -0.7, 0, 0.25, 499.5, 999})
    void preserves_variance_and_agrees_with_its_ratio_at_all_times(double t) {
        double alpha = process.alpha(t);
        double sigma = process.sigma(t);
        assertThat(alpha * alpha + sigma * sigma).isCloseTo(1, within(ROUNDING));
        assertThat(process.noiseToSignal(t)).isCloseTo(sigma / alpha, within(ROUNDING * (1 + sigma / alpha)));
    }

    @Test
    void is_linear_in_the_logarithm_of_the_ratio_between_timesteps() {
        double low = Math.log(process.noiseToSignal(10));
        double high = Math.log(process.noiseToSignal(11));
        assertThat(Math.log(process.noiseToSignal(10.25))).isCloseTo(0.75 * low + 0.25 * high, within(ROUNDING));
    }

    @Test
    void may_be_taken_as_linear_in_the_ratio_itself_between_timesteps() {
        SigmaLinear linear = new SigmaLinear(process);
        double low = process.noiseToSignal(10);
        double high = process.noiseToSignal(11);
        assertThat(linear.noiseToSignal(10.25)).isCloseTo(0.75 * low + 0.25 * high, within(ROUNDING));
        assertThat(linear.timeAt(0.75 * low + 0.25 * high)).isCloseTo(10.25, within(1e-9));
        assertThat(linear.noiseToSignal(11)).isEqualTo(high);
        assertThat(linear.timeAt(0)).isEqualTo(TimeGrid.CLEAN);
    }

    @Test
    void ends_at_the_clean_sample_and_at_its_last_timestep() {
        assertThat(process.timeAt(0)).isEqualTo(TimeGrid.CLEAN);
        assertThat(process.timeAt(1e6)).isEqualTo(999);
        assertThat(zeroSnr.timeAt(Double.POSITIVE_INFINITY)).isEqualTo(999);
    }

    @Test
    void gives_the_network_no_time_below_that_of_the_first_timestep() {
        assertThat(process.networkTime(-0.3)).isEqualTo(0);
        assertThat(process.networkTime(3.5)).isEqualTo(3.5);
    }

    @Test
    void refuses_times_beyond_its_ends_and_negative_ratios() {
        assertThatThrownBy(() -> process.alpha(999.5)).hasMessage("timestep 1000 lies outside -1 … 999");
        assertThatThrownBy(() -> process.sigma(-2)).hasMessage("timestep -2 lies outside -1 … 999");
        assertThatThrownBy(() -> process.timeAt(-0.1))
                .hasMessage("a noise-to-signal ratio must not be negative, was -0.1");
    }

    @Test
    void seen_as_exploding_keeps_its_times_and_its_ratio() {
        ExplodingView view = new ExplodingView(process);
        assertThat(view.alpha(500)).isEqualTo(1);
        assertThat(view.sigma(500)).isEqualTo(process.noiseToSignal(500));
        assertThat(view.timeAt(view.sigma(500))).isEqualTo(500);
        assertThat(view.networkTime(500)).isEqualTo(500);
    }
}
