package org.diffusion4j.sample.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.ExactDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.sample.chain.Pndm;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A solver in lambda")
class LambdaSolversTest {

    private static final TimeGrid GRID = Spacing.TRAILING.grid(16, 1000);

    private final Denoiser model =
            new ExactDenoiser(new DiscreteProcess(BetaSchedule.ddpm().table()), 0.8, 0.3);
    private PointerScope scope;
    private Tensor start;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
        start = new SeededNoise(5, 0).draw(NoiseStream.START, Tensor.create(new double[32], 4, 8));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    static Stream<Sampler> ofOrderOne() {
        return Stream.of(
                DpmSolver.plusPlus(1),
                DpmSolver.ofNoise(1),
                new DpmSolverSinglestep(1, Integrand.EPS),
                new Deis(1),
                new UniPc(1, Integrand.EPS, FirstMoment.MIDPOINT, UniPc.PREDICTOR_ONLY, FinalOrders.FULL),
                new SaSolver(1, 0, Integrand.X0, t -> 0, FinalOrders.FULL));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofOrderOne")
    void of_order_one_is_ddim_without_noise(Sampler sampler) {
        assertThat(run(sampler, GRID)).containsExactly(run(new Ddim(0), GRID), within(1e-11));
    }

    static Stream<Sampler> multistep() {
        return Stream.of(
                DpmSolver.plusPlus(3),
                DpmSolver.ofNoise(2),
                new Deis(4),
                new UniPc(3),
                new Pndm(Pndm.Begin.LOWER_ORDER, Prediction.EPS));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("multistep")
    void begins_with_a_step_of_ddim(Sampler sampler) {
        TimeGrid oneStep = TimeGrid.of(new double[] {999}, 900);

        assertThat(run(sampler, oneStep)).containsExactly(run(new Ddim(0), oneStep), within(1e-12));
    }

    @Test
    void of_order_one_with_tau_one_is_the_ancestral_sampler() {
        assertThat(run(DpmSolver.plusPlus(1).withTau(1), GRID)).containsExactly(run(new Ddpm(), GRID), within(1e-10));
    }

    @Test
    void takes_the_noise_or_the_clean_sample_and_both_find_the_same_solution() {
        TimeGrid fine = Spacing.TRAILING.grid(250, 1000);

        // second order: two solutions of 250 steps agree to some 1/250²
        assertThat(run(DpmSolver.plusPlus(2), fine)).containsExactly(run(DpmSolver.ofNoise(2), fine), within(2e-3));
    }

    /** A model of one picture, at any level of noise. */
    private record Constant(DiffusionProcess process) implements Denoiser {

        @Override
        public Denoised at(Tensor x, double t) {
            return Prediction.X0.interpret(torch.full_like(x, new Scalar(0.3)), x, process.alpha(t), process.sigma(t));
        }
    }

    static Stream<Sampler> ofTheCleanSample() {
        return Stream.of(
                DpmSolver.plusPlus(3),
                DpmSolver.plusPlus(2).withTau(1),
                new DpmSolverSinglestep(3, Integrand.X0),
                new UniPc(3),
                new SaSolver(t -> 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofTheCleanSample")
    void of_the_clean_sample_goes_from_pure_noise_to_data(Sampler sampler) {
        Denoiser zeroSnr = new Constant(
                new DiscreteProcess(BetaSchedule.ddpm().withZeroTerminalSnr().table()));

        Tensor end = sampler.sample(zeroSnr, GRID, start, new SeededNoise(6, 0), SampleListener.NONE);

        assertThat(Arrays.stream(Comparison.values(end)).boxed())
                .allSatisfy(value -> assertThat(value).isCloseTo(0.3, within(1e-12)));
        end.close();
    }

    @Test
    void of_the_noise_refuses_pure_noise_and_names_a_solver_that_does_not() {
        Denoiser zeroSnr = new Constant(
                new DiscreteProcess(BetaSchedule.ddpm().withZeroTerminalSnr().table()));

        assertThatThrownBy(() -> DpmSolver.ofNoise(2).sample(zeroSnr, GRID, start, NONE, SampleListener.NONE))
                .hasMessageContaining("take one of the clean sample, such as dpm++-2m");
    }

    @Test
    void that_chooses_its_steps_comes_near_the_solution_in_few_calls_and_ends_at_the_clean_sample() {
        List<SampleListener.Step> steps = new ArrayList<>();
        Sampler tight =
                new DpmSolverAdaptive(3, Integrand.X0, FirstMoment.MIDPOINT, 0.001, 0.01, StepRule.EVERY_SAMPLE);
        Tensor end = tight.sample(model, TimeGrid.ofTimesteps(999, 0), start, NONE, steps::add);
        double[] found = Comparison.values(end);
        end.close();

        assertThat(steps.get(steps.size() - 1).t()).isEqualTo(TimeGrid.CLEAN);
        assertThat(steps).hasSizeLessThan(30);
        // a hundredth of an element in each of some 20 steps, of either sign, and Euler's last
        assertThat(found).containsExactly(run(DpmSolver.plusPlus(2), TimeGrid.full(1000)), within(0.05));
    }

    private static final NoiseStream NONE = (address, like) -> {
        throw new AssertionError("noise was drawn");
    };

    private double[] run(Sampler sampler, TimeGrid grid) {
        Tensor end = sampler.sample(model, grid, start, new SeededNoise(6, 0), SampleListener.NONE);
        double[] values = Comparison.values(end);
        end.close();
        return values;
    }
}
