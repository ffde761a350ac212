package org.diffusion4j.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.sample.NetworkDenoiser;
import org.diffusion4j.sample.sde.DormandPrince;
import org.diffusion4j.sample.sde.NormScope;
import org.diffusion4j.schedule.BetaSchedule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The likelihood of the ODE")
class OdeLikelihoodTest {

    private static final VariancePreserving PROCESS = new VariancePreserving();
    private static final DormandPrince SOLVER = new DormandPrince(1e-6, 1e-6, NormScope.SAMPLE);
    private static final double[] POINTS = {0.3, -1.2, 0.8, 0.1, 2, -0.5};

    /** Data N(0, s²): {@code eps = sigma·x/(alpha²·s² + sigma²)}, which a network computes of its time. */
    private record Normal(double s, Parameters parameters) implements Network {

        Normal(double s) {
            this(s, new Parameters());
        }

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            double t = timesteps.select(0, 0).item_double();
            double variance = Math.pow(PROCESS.alpha(t) * s, 2) + Math.pow(PROCESS.sigma(t), 2);
            return x.mul(new Scalar(PROCESS.sigma(t) / variance));
        }

        @Override
        public void close() {}
    }

    private static OdeLikelihood of(double s, OdeLikelihood.Probe probe) {
        return new OdeLikelihood(
                new NetworkDenoiser(new Normal(s), PROCESS, Prediction.EPS),
                OdeLikelihood.Span.of(PROCESS),
                SOLVER,
                probe);
    }

    private static double[] density(OdeLikelihood likelihood, int seed) {
        try (PointerScope scope = new PointerScope()) {
            return likelihood
                    .of(Tensors.of(POINTS, 2, 3), new SeededNoise(seed, 0), 1, percent -> {})
                    .logDensity();
        }
    }

    private static double[] exact(double s) {
        return new double[] {normal(s, 0), normal(s, 3)};
    }

    private static double normal(double s, int from) {
        double square = Arrays.stream(POINTS, from, from + 3).map(x -> x * x).sum();
        return -square / (2 * s * s) - 1.5 * Math.log(2 * Math.PI * s * s);
    }

    @Test
    void of_a_network_is_that_of_the_distribution_that_it_knows() {
        for (double s : new double[] {1, 0.6, 2}) {
            assertThat(density(of(s, OdeLikelihood.Probe.RADEMACHER), 1))
                    .as("standard deviation %s", s)
                    .containsExactly(exact(s), within(1e-3 * 3 * Math.log(2))); // 1e-3 bits/dim
        }
    }

    /** Where the Jacobian is diagonal, −1 and 1 find the trace at once, and normal numbers on average. */
    @Test
    void by_normal_probes_varies_about_what_rademachers_find() {
        int n = 40;
        double[] found = new double[n];
        for (int seed = 0; seed < n; seed++) {
            found[seed] = density(of(0.6, OdeLikelihood.Probe.GAUSSIAN), seed)[0];
        }
        double mean = Arrays.stream(found).average().orElseThrow();
        double error =
                Math.sqrt(Arrays.stream(found).map(v -> (v - mean) * (v - mean)).sum() / n / (n - 1));
        assertThat(error).isGreaterThan(0.01);
        assertThat(mean).isCloseTo(exact(0.6)[0], within(5 * error));
    }

    @Test
    void reports_how_far_it_is_and_can_be_stopped() {
        List<Integer> seen = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.of(POINTS, 2, 3);
            of(1.5, OdeLikelihood.Probe.RADEMACHER).of(x, new SeededNoise(1, 0), 1, seen::add);
            assertThat(seen).isSorted().endsWith(100).hasSizeGreaterThan(3);
            assertThatThrownBy(
                            () -> of(1.5, OdeLikelihood.Probe.RADEMACHER).of(x, new SeededNoise(1, 0), 1, percent -> {
                                throw new CancellationException();
                            }))
                    .isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void of_a_sample_depends_on_its_seed_alone() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensors.of(POINTS, 2, 3);
            OdeLikelihood likelihood = of(0.6, OdeLikelihood.Probe.GAUSSIAN);
            double[] together =
                    likelihood.of(x, new SeededNoise(1, 0), 1, percent -> {}).logDensity();
            double[] alone = likelihood
                    .of(x.narrow(0, 1, 1), new SeededNoise(1, 1), 1, percent -> {})
                    .logDensity();
            assertThat(alone[0]).isCloseTo(together[1], within(1e-4)); // the steps are those of the batch
        }
    }

    @Test
    void refuses_a_span_without_an_end() {
        DiscreteProcess noSignal =
                new DiscreteProcess(BetaSchedule.ddpm().withZeroTerminalSnr().table());
        assertThatThrownBy(() -> OdeLikelihood.Span.of(noSignal))
                .hasMessage(
                        "the last timestep is all noise (zero terminal SNR), which the ODE reaches at no finite time:"
                                + " take the bound, nll");
        assertThatThrownBy(() -> new OdeLikelihood.Span(1, 0, 1))
                .hasMessage("the likelihood goes from little noise to much, not from time 1.0 to 0.0");
        assertThatThrownBy(() -> new OdeLikelihood.Span(0, 1, 0))
                .hasMessage("the prior's standard deviation must be above 0, was 0.0");
    }
}
