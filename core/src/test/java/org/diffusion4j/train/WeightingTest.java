package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.schedule.BetaSchedule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Weightings")
class WeightingTest {

    private static final double ROUNDING = 1e-9; // relative, of alphaBar near 1 in 1 − alphaBar

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());

    private double weight(Weighting weighting, Prediction prediction, int t, double gamma) {
        return weighting.of(prediction, process, t, gamma);
    }

    private double snr(int t) {
        double alphaBar = process.table().alphaBar(t);
        return alphaBar / (1 - alphaBar);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 300, 999})
    void are_what_their_papers_say_of_each_prediction(int t) {
        double snr = snr(t);
        assertClose(weight(Weighting.MIN_SNR, Prediction.EPS, t, 5), Math.min(snr, 5) / snr);
        assertClose(weight(Weighting.MIN_SNR, Prediction.X0, t, 5), Math.min(snr, 5));
        assertClose(weight(Weighting.MIN_SNR, Prediction.V, t, 5), Math.min(snr, 5) / (snr + 1));
        assertClose(weight(Weighting.TRUNCATED_SNR, Prediction.X0, t, 1), Math.max(snr, 1));
        assertClose(weight(Weighting.SNR, Prediction.EPS, t, 1), 1);
        assertClose(weight(Weighting.P2, Prediction.EPS, t, 0.5), 1 / Math.sqrt(1 + snr));
        assertThat(weight(Weighting.SIMPLE, Prediction.V, t, 1)).isEqualTo(1);
    }

    @Test
    void count_an_error_of_the_mean_as_the_error_of_x0_that_it_is() {
        double x0Weight = process.posterior(300, 299).x0Weight();
        assertClose(weight(Weighting.SNR, Prediction.MEAN, 300, 1), snr(300) / (x0Weight * x0Weight));
    }

    private static void assertClose(double actual, double expected) {
        assertThat(actual).isEqualTo(expected, within(ROUNDING * expected));
    }
}
