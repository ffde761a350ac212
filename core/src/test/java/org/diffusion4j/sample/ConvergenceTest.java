package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.CosineProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Pndm;
import org.diffusion4j.sample.lambda.Deis;
import org.diffusion4j.sample.lambda.DpmSolver;
import org.diffusion4j.sample.lambda.DpmSolverSinglestep;
import org.diffusion4j.sample.lambda.FinalOrders;
import org.diffusion4j.sample.lambda.FirstMoment;
import org.diffusion4j.sample.lambda.Integrand;
import org.diffusion4j.sample.lambda.SaSolver;
import org.diffusion4j.sample.lambda.UniPc;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.DpmPlusPlus2sAncestral;
import org.diffusion4j.sample.sigma.DpmPlusPlusSde;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.Kdpm2;
import org.diffusion4j.sample.sigma.Lms;
import org.diffusion4j.sample.sigma.OdeInTime;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The order of each deterministic solver, measured on a Gaussian mixture whose ODE has a known solution: in one dimension it moves
 * every point so that the share of the distribution below it stays the same.
 */
@DisplayName("The error of a solver")
class ConvergenceTest {

    private static final double[] POINTS = {-2, -1, -0.3, 0.1, 0.6, 1.4};

    /** Multistep solvers begin with a step of order 1: the grid begins with steps so short that this does not count. */
    private static final double START = 2;

    private static final NoiseStream NONE = (address, like) -> {
        throw new AssertionError("a deterministic solver draws no noise");
    };

    /** Sampler, the order that is claimed, and from how many steps on its error is near the limit. */
    static Stream<Arguments> solvers() {
        return Stream.of(
                arguments(new Ddim(0), 1, 256), //
                arguments(new Euler(), 1, 256),
                arguments(new Heun(), 2, 64),
                arguments(new Kdpm2(), 2, 64),
                arguments(new DpmPlusPlus2sAncestral(0), 2, 64),
                arguments(new DpmPlusPlusSde(0, 0.5), 2, 64),
                arguments(new OdeInTime(0, Churn.NONE), 1, 256),
                arguments(new OdeInTime(0.5, Churn.NONE), 2, 64),
                arguments(new OdeInTime(1, Churn.NONE), 2, 64),
                arguments(new Lms(2), 2, 128),
                arguments(new Lms(3), 3, 512),
                arguments(new Lms(4), 4, 512),
                arguments(DpmSolver.plusPlus(2), 2, 128),
                arguments(DpmSolver.plusPlus(2).with(FirstMoment.EXACT), 2, 128),
                arguments(DpmSolver.plusPlus(3), 2, 128), // as published
                arguments(DpmSolver.plusPlus(3).thirdOrderCorrected(), 3, 512),
                arguments(DpmSolver.ofNoise(2), 2, 128),
                arguments(DpmSolver.ofNoise(3), 2, 2048), // as published
                arguments(DpmSolver.ofNoise(3).thirdOrderCorrected(), 3, 128),
                arguments(singlestep(2, Integrand.X0), 2, 256),
                arguments(singlestep(3, Integrand.X0), 3, 192),
                arguments(singlestep(2, Integrand.EPS), 2, 256),
                arguments(singlestep(3, Integrand.EPS), 3, 192),
                arguments(new Deis(2), 2, 128),
                arguments(new Deis(3), 3, 128),
                arguments(new Deis(4), 4, 512),
                arguments(uniPc(2, Integrand.X0, UniPc.PREDICTOR_ONLY), 2, 128),
                arguments(uniPc(3, Integrand.X0, UniPc.PREDICTOR_ONLY), 3, 512),
                arguments(uniPc(1, Integrand.X0, 0), 2, 128),
                arguments(uniPc(2, Integrand.X0, 0), 3, 256),
                arguments(uniPc(3, Integrand.X0, 0), 4, 512),
                arguments(uniPc(2, Integrand.EPS, 0), 3, 256),
                arguments(saSolver(2, 0), 2, 128),
                arguments(saSolver(3, 0), 3, 512),
                arguments(saSolver(1, 2), 2, 256),
                arguments(saSolver(2, 2), 2, 4096), // its corrector's h² comes out late: 2.4 in 1024 steps
                arguments(saSolver(2, 3), 3, 256),
                arguments(saSolver(3, 3), 3, 1024),
                arguments(saSolver(3, 4), 4, 1024));
    }

    private static DpmSolverSinglestep singlestep(int order, Integrand integrand) {
        return new DpmSolverSinglestep(order, integrand, FirstMoment.MIDPOINT, FirstMoment.EXACT, true, 0);
    }

    private static UniPc uniPc(int order, Integrand integrand, int correctFrom) {
        return new UniPc(order, integrand, FirstMoment.MIDPOINT, correctFrom, FinalOrders.FULL);
    }

    private static SaSolver saSolver(int predictor, int corrector) {
        return new SaSolver(predictor, corrector, Integrand.X0, t -> 0, FinalOrders.FULL);
    }

    @ParameterizedTest(name = "{0} falls with the power {1} of the number of steps")
    @MethodSource("solvers")
    void falls_with_the_claimed_power_of_the_number_of_steps(Sampler sampler, int order, int steps) {
        falls(sampler, order, steps, START);
    }

    /** PNDM is written for equal steps. Averages of eps are claimed to be of order 2, whatever the classical method's order. */
    static Stream<Arguments> pseudoNumericalMethods() {
        return Stream.of(
                arguments(new Pndm(Pndm.Begin.RUNGE_KUTTA, Prediction.EPS), 2, 64), //
                arguments(new Pndm(Pndm.Begin.IMPROVED_EULER, Prediction.EPS), 2, 64),
                arguments(new Pndm(Pndm.Begin.LOWER_ORDER, Prediction.EPS), 2, 512));
    }

    @ParameterizedTest(name = "{0} falls with the power {1} of the number of equal steps")
    @MethodSource("pseudoNumericalMethods")
    void falls_with_the_claimed_power_of_the_number_of_equal_steps(Sampler sampler, int order, int steps) {
        falls(sampler, order, steps, 1);
    }

    private static void falls(Sampler sampler, int order, int steps, double power) {
        double coarse = error(sampler, steps, power);
        double fine = error(sampler, 2 * steps, power);

        double measured = Math.log(coarse / fine) / Math.log(2);
        System.out.printf("%s: error %.1e in %d steps, order %.2f%n", sampler, fine, 2 * steps, measured);
        assertThat(measured).isCloseTo(order, within(0.15));
    }

    /**
     * The largest change of a share, between the ratios 8 and 0.1 of noise to signal. The steps grow from nearly 0, since multistep
     * solvers begin with order 1: with equal steps the first would leave an error of order 2.
     */
    private static double error(Sampler sampler, int steps, double power) {
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            Mixture model = Mixture.onALine(new CosineProcess());
            double first = model.process().timeAt(8);
            double last = model.process().timeAt(0.1);
            double[] times = IntStream.range(0, steps)
                    .mapToDouble(i -> first + Math.pow((double) i / steps, power) * (last - first))
                    .toArray();
            Tensor start = Tensor.create(POINTS, POINTS.length, 1);
            Tensor end = sampler.sample(model, TimeGrid.of(times, last), start, NONE, SampleListener.NONE);
            double worst = model.shareBelow(end, last)
                    .sub(model.shareBelow(start, first))
                    .abs()
                    .max()
                    .item_double();
            end.close();
            return worst;
        }
    }
}
