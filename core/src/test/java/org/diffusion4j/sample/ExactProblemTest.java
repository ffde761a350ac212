package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.BetaCurve;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("On a Gaussian mixture, whose denoiser is known,")
class ExactProblemTest {

    private static final double M = 0.8;
    private static final double S = 0.3;

    private PointerScope scope;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void ddim_converges_to_the_exact_solution_of_the_ode_at_order_one() {
        DiscreteProcess process =
                new DiscreteProcess(new BetaSchedule(BetaCurve.IDDPM_LINEAR, 1e-4, 0.02, 8000).table());
        Denoiser model = new ExactDenoiser(process, M, S);
        double[] points = {-2, -1, -0.3, 0.1, 0.6, 1.4};
        Tensor start = Tensor.create(points, 6, 1);

        double coarse = error(process, model, start, 250);
        double middle = error(process, model, start, 500);
        double fine = error(process, model, start, 1000);

        assertThat(Math.log(coarse / middle) / Math.log(2)).isBetween(0.9, 1.1);
        assertThat(Math.log(middle / fine) / Math.log(2)).isBetween(0.95, 1.05);
    }

    /**
     * The ODE moves every point so that the share of the distribution below it stays the same: in one dimension that is its exact
     * solution.
     */
    private static double error(DiscreteProcess process, Denoiser model, Tensor start, int steps) {
        int last = process.table().steps() - 1;
        Tensor end = new Ddim(0)
                .sample(
                        model,
                        Spacing.TRAILING.grid(steps, last + 1),
                        start,
                        new SeededNoise(0, 0),
                        SampleListener.NONE);
        Tensor before = shareBelow(start, process.alpha(last), process.sigma(last));
        Tensor after = shareBelow(end, 1, 0);
        double worst = after.sub(before).abs().max().item_double();
        end.close();
        return worst;
    }

    /** The distribution function of alpha·(±M + S·z) + sigma·z'. */
    private static Tensor shareBelow(Tensor x, double alpha, double sigma) {
        Scalar width = new Scalar(1 / Math.sqrt(2 * (alpha * alpha * S * S + sigma * sigma)));
        Scalar centre = new Scalar(alpha * M);
        return x.add(centre)
                .mul(width)
                .erf()
                .add(x.sub(centre).mul(width).erf())
                .div(new Scalar(4.0))
                .add(new Scalar(0.5));
    }

    static Stream<Arguments> samplersAndSteps() {
        return Stream.of(
                arguments(new Ddpm(ReverseVariance.FIXED_SMALL), 1000),
                arguments(new Ddpm(ReverseVariance.FIXED_LARGE), 1000),
                arguments(new Ddim(0), 200),
                arguments(new Ddim(0.5), 200));
    }

    @ParameterizedTest(name = "{0} in {1} steps")
    @MethodSource("samplersAndSteps")
    void samples_have_the_moments_of_the_mixture(Sampler sampler, int steps) {
        int n = 5_000;
        DiscreteProcess process = new DiscreteProcess(BetaSchedule.ddpm().table());
        NoiseStream noise = new SeededNoise(3, 0);
        Tensor start = noise.draw(NoiseStream.START, Tensor.create(new double[n], 10, n / 10));

        Tensor x = sampler.sample(
                new ExactDenoiser(process, M, S),
                Spacing.TRAILING.grid(steps, 1000),
                start,
                noise,
                SampleListener.NONE);
        double mean = x.mean().item_double();
        double square = x.square().mean().item_double();
        double fourth = x.square().square().mean().item_double();
        x.close();

        // E x² = m² + s², E x⁴ = m⁴ + 6m²s² + 3s⁴, E x⁸ likewise; 5 standard errors of n samples and 0.5 % for the
        // steps
        double expectedSquare = M * M + S * S;
        double expectedFourth = Math.pow(M, 4) + 6 * M * M * S * S + 3 * Math.pow(S, 4);
        double expectedEighth = Math.pow(M, 8)
                + 28 * Math.pow(M, 6) * S * S
                + 210 * Math.pow(M * S, 4)
                + 420 * M * M * Math.pow(S, 6)
                + 105 * Math.pow(S, 8);
        assertThat(mean).isBetween(-5 * Math.sqrt(expectedSquare / n), 5 * Math.sqrt(expectedSquare / n));
        assertNear(square, expectedSquare, Math.sqrt((expectedFourth - expectedSquare * expectedSquare) / n));
        assertNear(fourth, expectedFourth, Math.sqrt((expectedEighth - expectedFourth * expectedFourth) / n));
    }

    private static void assertNear(double actual, double expected, double standardError) {
        double bound = 5 * standardError + 0.005 * expected;
        assertThat(actual).isBetween(expected - bound, expected + bound);
    }
}
