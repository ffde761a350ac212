package org.diffusion4j.sample;

import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.sample.lambda.DpmSolver;
import org.diffusion4j.sample.lambda.SaSolver;
import org.diffusion4j.sample.sigma.Churn;
import org.diffusion4j.sample.sigma.DpmPlusPlus2sAncestral;
import org.diffusion4j.sample.sigma.DpmPlusPlusSde;
import org.diffusion4j.sample.sigma.Euler;
import org.diffusion4j.sample.sigma.EulerAncestral;
import org.diffusion4j.sample.sigma.Heun;
import org.diffusion4j.sample.sigma.Kdpm2Ancestral;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Samples of a Gaussian mixture in the plane, whose denoiser is known,")
class MixtureSamplesTest {

    private static final int N = 4000;

    static Stream<Arguments> samplers() {
        return Stream.of(
                arguments(new Ddpm(ReverseVariance.FIXED_SMALL), 500),
                arguments(new Ddpm(ReverseVariance.FIXED_LARGE), 500),
                arguments(new Ddim(0), 200),
                arguments(new Ddim(0.5), 200),
                arguments(new Euler(new Churn(40)), 200),
                arguments(new Heun(new Churn(20)), 50),
                arguments(new EulerAncestral(), 200),
                arguments(new Kdpm2Ancestral(), 100),
                arguments(new DpmPlusPlus2sAncestral(), 100),
                arguments(new DpmPlusPlusSde(), 100),
                arguments(DpmSolver.plusPlus(2).withTau(1), 100),
                arguments(DpmSolver.ofNoise(2).withTau(1), 200),
                arguments(new SaSolver(t -> 1), 100),
                arguments(new SaSolver(t -> t < 500 ? 0.7 : 0), 100));
    }

    @ParameterizedTest(name = "{0} in {1} steps")
    @MethodSource("samplers")
    void have_its_mean_covariance_and_weights(Sampler sampler, int steps) {
        Libtorch.start();
        Mixture mixture =
                Mixture.inThePlane(new DiscreteProcess(BetaSchedule.ddpm().table()));
        double[][] samples = draw(sampler, mixture, steps);

        MixtureMoments.check(samples, mixture);
    }

    private static double[][] draw(Sampler sampler, Mixture mixture, int steps) {
        try (PointerScope scope = new PointerScope()) {
            NoiseStream noise = new SeededNoise(3, 0);
            Tensor start = noise.draw(NoiseStream.START, Tensor.create(new double[2 * N], N, 2));
            Tensor end = sampler.sample(mixture, Spacing.TRAILING.grid(steps, 1000), start, noise, SampleListener.NONE);
            double[] x = Comparison.values(end);
            end.close();
            return IntStream.range(0, N)
                    .mapToObj(i -> new double[] {x[2 * i], x[2 * i + 1]})
                    .toArray(double[][]::new);
        }
    }
}
