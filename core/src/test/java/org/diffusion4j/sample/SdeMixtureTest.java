package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.evaluate.OdeLikelihood;
import org.diffusion4j.process.ContinuousProcess;
import org.diffusion4j.process.ContinuousSpacing;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.process.VariancePreserving;
import org.diffusion4j.process.continuous.GeometricExploding;
import org.diffusion4j.process.continuous.GeometricLevels;
import org.diffusion4j.process.continuous.SubVariancePreserving;
import org.diffusion4j.sample.sde.AnnealedLangevin;
import org.diffusion4j.sample.sde.Corrector;
import org.diffusion4j.sample.sde.DormandPrince;
import org.diffusion4j.sample.sde.NormScope;
import org.diffusion4j.sample.sde.Predictor;
import org.diffusion4j.sample.sde.PredictorCorrector;
import org.diffusion4j.sample.sde.ProbabilityFlow;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.diffusion4j.train.OneThread;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(OneThread.class)
@DisplayName("Of a Gaussian mixture, samplers of the SDE and of its ODE")
class SdeMixtureTest {

    private static final int N = 2000;
    private static final DiscreteProcess CHAIN =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private static final ContinuousProcess VE = new GeometricExploding(0.01, 50);
    private static final ContinuousProcess VP = new VariancePreserving();
    private static final ContinuousProcess SUB_VP = new SubVariancePreserving();
    private static final Corrector LANGEVIN = new Corrector(Corrector.Rule.LANGEVIN, 0.16, 1, NormScope.BATCH);
    private static final Corrector ALD = new Corrector(Corrector.Rule.ALD, 0.16, 1, NormScope.SAMPLE);

    static Stream<Arguments> samplers() {
        Sampler em = new PredictorCorrector(Predictor.EULER_MARUYAMA, Corrector.NONE);
        Sampler reverse = new PredictorCorrector(Predictor.REVERSE_DIFFUSION, Corrector.NONE);
        GeometricLevels levels = new GeometricLevels(0.01, 20, 40);
        TimeGrid everyLevel = TimeGrid.full(40);
        return Stream.of(
                arguments("em, VE", em, VE, grid(VE, 300)),
                arguments("em, VP", em, VP, grid(VP, 300)),
                arguments("em, sub-VP", em, SUB_VP, grid(SUB_VP, 300)),
                arguments("em, a chain", em, CHAIN, Spacing.TRAILING.grid(300, 1000)),
                arguments("reverse diffusion, VE", reverse, VE, grid(VE, 300)),
                arguments("reverse diffusion, a chain", reverse, CHAIN, Spacing.TRAILING.grid(300, 1000)),
                arguments(
                        "ancestral, VE",
                        new PredictorCorrector(Predictor.ANCESTRAL, Corrector.NONE),
                        VE,
                        grid(VE, 300)),
                arguments("pc, VE", new PredictorCorrector(Predictor.REVERSE_DIFFUSION, LANGEVIN), VE, grid(VE, 300)),
                arguments("pc, VP", new PredictorCorrector(Predictor.EULER_MARUYAMA, LANGEVIN), VP, grid(VP, 300)),
                arguments("pc with ald, VE", new PredictorCorrector(Predictor.ANCESTRAL, ALD), VE, grid(VE, 300)),
                arguments(
                        "reverse diffusion of the ODE, VP",
                        new PredictorCorrector(Predictor.REVERSE_DIFFUSION_ODE, Corrector.NONE),
                        VP,
                        grid(VP, 300)),
                arguments("ode, sub-VP", new ProbabilityFlow(new DormandPrince()), SUB_VP, grid(SUB_VP, 2)),
                arguments(
                        "ode, a grid of one time",
                        new ProbabilityFlow(new DormandPrince()),
                        SUB_VP,
                        TimeGrid.of(new double[] {1}, SUB_VP.timeAt(0))),
                arguments(
                        "ode, a chain",
                        new ProbabilityFlow(new DormandPrince()),
                        CHAIN,
                        Spacing.TRAILING.grid(2, 1000)),
                arguments("langevin, NCSN's levels", new AnnealedLangevin(0.08, 10), levels, everyLevel));
    }

    /** Even steps from the last time to the first, then to the clean sample. */
    private static TimeGrid grid(ContinuousProcess p, int steps) {
        return TimeGrid.of(
                ContinuousSpacing.UNIFORM.times(p, p.lastTime(), p.firstTime() * 100, steps - 1), p.timeAt(0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samplers")
    void draw_its_moments_and_weights(String name, Sampler sampler, DiffusionProcess process, TimeGrid grid) {
        Libtorch.start();
        Mixture mixture = Mixture.inThePlane(process);
        try (PointerScope scope = new PointerScope()) {
            torch.manual_seed(5); // the library's own noise takes longer, and its moments are tested elsewhere
            NoiseStream noise = (address, like) -> torch.randn_like(like);
            Tensor start = noise.draw(NoiseStream.START, Tensors.of(new double[2 * N], N, 2))
                    .mul(new Scalar(process.sigma(grid.time(0))));
            Tensor end = sampler.sample(mixture, grid, start, noise, SampleListener.NONE);
            double[] x = Tensors.toArray(end);
            end.close();
            MixtureMoments.check(
                    IntStream.range(0, N)
                            .mapToObj(i -> new double[] {x[2 * i], x[2 * i + 1]})
                            .toArray(double[][]::new),
                    mixture);
        }
    }

    /** In the plane the size of one sample's score says little; in 256 dimensions it is nearly the same for all samples. */
    @Test
    void draw_its_moments_where_each_sample_sets_the_steps_of_its_corrector() {
        Sampler sampler = new PredictorCorrector(
                Predictor.REVERSE_DIFFUSION, new Corrector(Corrector.Rule.LANGEVIN, 0.16, 1, NormScope.SAMPLE));
        try (PointerScope scope = new PointerScope()) {
            int n = 100;
            int d = 256;
            TimeGrid grid = grid(VE, 250);
            torch.manual_seed(5); // the library's own noise takes longer, and its moments are tested elsewhere
            NoiseStream noise = (address, like) -> torch.randn_like(like);
            Tensor start = noise.draw(NoiseStream.START, Tensors.of(new double[n * d], n, d))
                    .mul(new Scalar(VE.sigma(1)));
            try (Tensor end =
                    sampler.sample(new ExactDenoiser(VE, 0.8, 0.3), grid, start, noise, SampleListener.NONE)) {
                double[] x = Tensors.toArray(end);
                double mean = Arrays.stream(x).average().orElseThrow();
                double square = Arrays.stream(x).map(v -> v * v).average().orElseThrow();
                double above = Arrays.stream(x).filter(v -> v > 0).count() / (double) x.length;
                // 5 standard errors of 25,600 values, of 0.85, 0.49 and 0.5 each, and 0.01 for the steps
                assertThat(mean).isCloseTo(0, within(5 * 0.85 / Math.sqrt(n * d)));
                assertThat(square).isCloseTo(0.8 * 0.8 + 0.3 * 0.3, within(5 * 0.49 / Math.sqrt(n * d) + 0.01));
                assertThat(above).isCloseTo(0.5, within(5 * 0.5 / Math.sqrt(n * d)));
            }
        }
    }

    static Stream<DiffusionProcess> processes() {
        return Stream.of(VE, VP, SUB_VP, new VarianceExploding(), CHAIN, new GeometricLevels(0.01, 50, 100));
    }

    @ParameterizedTest
    @MethodSource("processes")
    void encode_samples_and_decode_them(DiffusionProcess process) {
        Mixture mixture = Mixture.inThePlane(process);
        ProbabilityFlow ode = new ProbabilityFlow(new DormandPrince(1e-8, 1e-8, NormScope.SAMPLE));
        double[] points = {0.9, 0.2, -0.5, -1.1, 0.1, 0.3, -0.6, 1.2};
        TimeGrid grid = TimeGrid.of(new double[] {process.timeAt(10)}, process.timeAt(0.05));
        TimeGrid ends = TimeGrid.of(new double[] {process.timeAt(10), process.timeAt(0.05)}, process.timeAt(0.05));
        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = Tensors.of(points, 4, 2);
            try (Tensor noise = ode.encode(mixture, ends, x0);
                    Tensor back = ode.sample(mixture, grid, noise, (step, like) -> like, SampleListener.NONE)) {
                assertThat(Tensors.toArray(noise)).isNotEqualTo(points);
                assertThat(Tensors.toArray(back)).containsExactly(points, within(1e-4));
            }
        }
    }

    @Test
    void solve_the_ode_with_an_error_that_the_tolerance_sets() {
        Mixture mixture = Mixture.inThePlane(VP);
        double[] exact = solved(mixture, 1e-12);
        double coarse = distance(exact, solved(mixture, 1e-3));
        double fine = distance(exact, solved(mixture, 1e-6));
        assertThat(fine).isLessThan(1e-5);
        assertThat(coarse).isBetween(10 * fine, 0.1);
    }

    private static double[] solved(Mixture mixture, double tolerance) {
        try (PointerScope scope = new PointerScope();
                Tensor end = new ProbabilityFlow(new DormandPrince(tolerance, tolerance, NormScope.SAMPLE))
                        .sample(
                                mixture,
                                TimeGrid.of(new double[] {1}, 1e-3),
                                Tensors.of(new double[] {0.9, 0.2, -0.5, -1.1}, 2, 2),
                                (step, like) -> like,
                                SampleListener.NONE)) {
            return Tensors.toArray(end);
        }
    }

    private static double distance(double[] a, double[] b) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.abs(a[i] - b[i]))
                .max()
                .orElseThrow();
    }

    /** The mean over two probes of a plane, (1, 1) and (1, −1), is the trace. */
    @ParameterizedTest
    @MethodSource("processes")
    void know_its_density(DiffusionProcess process) {
        Mixture mixture = Mixture.centred(process);
        double[][] points = {{0.9, 0.2}, {-0.5, -1.1}, {0.1, 0.3}, {-0.6, 1.2}, {-1.2, -1.1}};
        double first = process.timeAt(0.03);
        double last = process.timeAt(50);
        OdeLikelihood likelihood = new OdeLikelihood(
                mixture,
                new OdeLikelihood.Span(
                        first,
                        last,
                        Math.hypot(process.sigma(last), process.alpha(last))), // data of variance 1, nearly
                new DormandPrince(1e-7, 1e-7, NormScope.SAMPLE),
                OdeLikelihood.Probe.RADEMACHER);
        NoiseStream probes = (address, like) -> Tensors.of(new double[] {1, address == 1 ? 1 : -1}, 1, 2)
                .expand(like.size(0), 2)
                .contiguous();
        try (PointerScope scope = new PointerScope()) {
            double[] flat =
                    Arrays.stream(points).flatMapToDouble(Arrays::stream).toArray();
            Tensor x = Tensors.of(flat, points.length, 2);
            double[] one = likelihood.of(x, probes, 1, percent -> {}).logDensity();
            double[] two = likelihood.of(x, probes, 2, percent -> {}).logDensity();
            double[] exact = mixture.logDensity(points, first);
            for (int i = 0; i < points.length; i++) {
                double bits = ((one[i] + two[i]) / 2 - exact[i]) / (2 * Math.log(2));
                assertThat(bits).as("bits/dim of point %s", i).isCloseTo(0, within(1e-3));
            }
        }
    }
}
