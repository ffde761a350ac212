package org.diffusion4j.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.DiscreteSchedule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("DDPM's process in DPM-Solver's time")
class LogAlphaProcessTest {

    private final DiscreteSchedule table = BetaSchedule.ddpm().table();
    private final LogAlphaProcess process = new LogAlphaProcess(table);

    @Test
    void has_the_entries_of_the_table_at_its_timesteps_and_gives_the_network_those() {
        for (int i : new int[] {0, 1, 500, 999}) {
            double t = (i + 1) / 1000.0;
            assertThat(process.alpha(t)).isCloseTo(Math.sqrt(table.alphaBar(i)), within(1e-12));
            assertThat(process.networkTime(t)).isCloseTo(i, within(1e-9));
        }
    }

    @Test
    void inverts_the_ratio_of_noise_to_signal_between_timesteps_too() {
        for (double t : new double[] {0.0009, 0.00137, 0.25, 0.7777, 1}) {
            assertThat(process.timeAt(process.noiseToSignal(t))).isCloseTo(t, within(1e-10));
        }
    }

    @Test
    void is_clean_at_time_0() {
        assertThat(process.alpha(0)).isEqualTo(1);
        assertThat(process.sigma(0)).isZero();
        assertThat(process.timeAt(0)).isZero();
    }

    @Test
    void leaves_out_the_end_of_the_cosine_curve_where_lambda_is_below_minus_5_1() {
        LogAlphaProcess cosine = new LogAlphaProcess(BetaSchedule.cosine(1000).table());

        assertThat(cosine.steps()).isEqualTo(996); // as in the authors' code
        assertThat(-Math.log(cosine.noiseToSignal(1))).isGreaterThan(-5.1);
    }
}
