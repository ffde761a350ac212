package org.diffusion4j.process.continuous;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.FlowMatching;
import org.diffusion4j.process.SmoothProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.schedule.ForwardStep;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A process in continuous time")
class ContinuousProcessTest {

    private static final double[] SHARES = {0.001, 0.03, 0.2, 0.5, 0.83, 0.99};

    static Stream<ContinuousProcess> processes() {
        return Stream.of(
                new GeometricExploding(0.01, 50),
                new VariancePreserving(),
                new SubVariancePreserving(),
                new VarianceExploding(),
                new FlowMatching(1));
    }

    @ParameterizedTest
    @MethodSource("processes")
    void finds_the_time_of_every_noise_to_signal_ratio(ContinuousProcess p) {
        for (double t : times(p)) {
            assertThat(p.timeAt(p.noiseToSignal(t))).isCloseTo(t, within(1e-9 * t));
        }
        assertThat(p.sigma(p.timeAt(0))).isZero();
    }

    /** By central differences, whose error is of second order. */
    @ParameterizedTest
    @MethodSource("processes")
    void has_the_derivatives_that_it_says(ContinuousProcess p) {
        for (double t : times(p)) {
            double h = 1e-5 * t;
            double alphaRate = (p.alpha(t + h) - p.alpha(t - h)) / (2 * h);
            double sigmaRate = (p.sigma(t + h) - p.sigma(t - h)) / (2 * h);
            assertThat(p.alphaRate(t)).isCloseTo(alphaRate, within(1e-6 * (1 + Math.abs(alphaRate))));
            assertThat(p.sigmaRate(t)).isCloseTo(sigmaRate, within(1e-6 * (1 + Math.abs(sigmaRate))));
        }
    }

    /** The variance obeys {@code dv/dt = 2·f·v + g²}, which short forward steps add up to. */
    @ParameterizedTest
    @MethodSource("processes")
    void is_the_limit_of_short_steps_of_its_sde(ContinuousProcess p) {
        for (double t : times(p)) {
            double h = 1e-6 * t;
            ForwardStep step = p.forward(t + h, t);
            assertThat(Math.log(step.kept()) / h).isCloseTo(p.drift(t), within(1e-3 * (1 + Math.abs(p.drift(t)))));
            double diffusion = p.diffusion(t);
            assertThat(step.variance() / h).isCloseTo(diffusion * diffusion, within(1e-3 * diffusion * diffusion));
        }
    }

    private static double[] times(ContinuousProcess p) {
        return Arrays.stream(SHARES)
                .map(share -> p.firstTime() + share * (p.lastTime() - p.firstTime()))
                .toArray();
    }

    @Test
    void of_variance_preserved_is_the_limit_of_its_chain() {
        VariancePreserving process = new VariancePreserving();
        DiscreteProcess chain = process.chain(1000);
        assertThat(chain.table().alphaBar(999)).isCloseTo(Math.pow(process.alpha(1), 2), within(1e-5));
        assertThat(chain.alpha(499)).isCloseTo(process.alpha(0.5), within(1e-3));
        assertThat(new VariancePreserving().chain(1000).forward(0, -1).variance())
                .isCloseTo(1e-4, within(1e-15));
    }

    @Test
    void of_exploding_variance_passes_through_the_levels_of_its_chain() {
        GeometricLevels levels = new GeometricLevels(0.01, 50, 232);
        SmoothProcess process = new GeometricExploding(0.01, 50);
        for (int i = 1; i < 232; i++) {
            assertThat(levels.sigma(i)).isCloseTo(process.sigma(i / 231.0), within(1e-12 * levels.sigma(i)));
            assertThat(levels.timeAt(levels.sigma(i))).isCloseTo(i, within(1e-9));
        }
        assertThat(levels.networkTime(231)).as("NCSN counts from the noisiest").isZero();
        assertThat(levels.networkTime(0)).isEqualTo(231);
        assertThat(levels.sigma(-1)).isZero();
        assertThat(levels.timeAt(0)).isEqualTo(-1);
        assertThat(levels.chainStep(5).orElseThrow().stepVariance())
                .isCloseTo(Math.pow(levels.sigma(5), 2) - Math.pow(levels.sigma(4), 2), within(1e-15));
    }

    @Test
    void of_exploding_variance_jumps_to_the_clean_sample_at_time_0() {
        GeometricExploding process = new GeometricExploding(0.01, 50);
        assertThat(process.sigma(0)).isZero();
        assertThat(process.sigma(process.timeAt(0.004))).isEqualTo(0.01);
    }

    @Test
    void refuses_levels_that_do_not_rise() {
        assertThatThrownBy(() -> new GeometricExploding(1, 0.5))
                .hasMessage("noise levels need 0 < sigmaMin < sigmaMax, were 1.0 and 0.5");
        assertThatThrownBy(() -> new GeometricExploding(0, 50)).hasMessageContaining("were 0.0 and 50.0");
        assertThatThrownBy(() -> new GeometricLevels(0.01, 50, 1))
                .hasMessage("a chain of noise levels needs at least 2, was 1");
        assertThatThrownBy(() -> new SubVariancePreserving(-1, 3)).hasMessageContaining("betas need min >= 0");
        assertThatThrownBy(() -> Preconditioning.exploding(2, 1))
                .hasMessage("noise levels need 0 < least < most, were 2.0 and 1.0");
    }
}
