package org.diffusion4j.sample.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.ExactDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("DDIM")
class DdimTest {

    private static final NoiseStream NONE = (step, like) -> {
        throw new AssertionError("noise was drawn");
    };

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final Denoiser model = new ExactDenoiser(process, 0.8, 0.3);
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

    @Test
    void with_eta_one_on_the_full_grid_is_the_ancestral_sampler() {
        TimeGrid full = TimeGrid.full(1000);
        NoiseStream noise = new SeededNoise(6, 0);

        double[] ddim = run(new Ddim(1), full, noise);
        double[] ddpm = run(new Ddpm(), full, noise);

        assertThat(ddim).containsExactly(ddpm, within(1e-10)); // 1000 steps of rounding, amplified by 1/alpha up to 160
    }

    @Test
    void with_eta_one_is_the_ancestral_sampler_on_a_part_of_the_grid_too() {
        TimeGrid some = Spacing.TRAILING.grid(13, 1000);
        NoiseStream noise = new SeededNoise(6, 0);

        assertThat(run(new Ddim(1), some, noise)).containsExactly(run(new Ddpm(), some, noise), within(1e-11));
    }

    @Test
    void with_eta_zero_draws_no_noise_and_is_euler_in_the_coordinates_x_over_alpha_and_sigma_over_alpha() {
        TimeGrid grid = Spacing.TRAILING.grid(10, 1000);
        double[] euler = Comparison.values(start);
        for (int i = 0; i < grid.steps(); i++) {
            euler = eulerStep(euler, grid.time(i), grid.next(i));
        }

        assertThat(run(new Ddim(0), grid, NONE)).containsExactly(euler, within(1e-12));
    }

    /** dz/dr = eps for z = x/alpha and r = sigma/alpha. */
    private double[] eulerStep(double[] x, double t, double s) {
        double[] eps = Comparison.values(model.at(Tensor.create(x, 4, 8), t).eps());
        double h = process.sigma(s) / process.alpha(s) - process.sigma(t) / process.alpha(t);
        return IntStream.range(0, x.length)
                .mapToDouble(i -> process.alpha(s) * (x[i] / process.alpha(t) + h * eps[i]))
                .toArray();
    }

    @Test
    void ends_with_exactly_what_the_model_saw_last_and_without_noise() {
        List<double[]> seen = new ArrayList<>();
        Tensor end = new Ddim(1, EtaRule.SIGMA_HAT)
                .sample(model, TimeGrid.ofTimesteps(900, 400, 10), start, new SeededNoise(1, 0), step -> {
                    if (step.index() == step.steps().getAsInt() - 1) {
                        seen.add(Comparison.values(step.x0()));
                    }
                });

        assertThat(Comparison.values(end)).containsExactly(seen.get(0));
        end.close();
    }

    @Test
    void the_rules_of_eta_agree_at_zero_and_one_and_differ_between() {
        TimeGrid grid = Spacing.TRAILING.grid(10, 1000);
        NoiseStream noise = new SeededNoise(2, 0);

        assertThat(run(new Ddim(0, EtaRule.VARIANCE), grid, noise)).containsExactly(run(new Ddim(0), grid, noise));
        assertThat(run(new Ddim(1, EtaRule.VARIANCE), grid, noise)).containsExactly(run(new Ddim(1), grid, noise));
        assertThat(run(new Ddim(0.5, EtaRule.VARIANCE), grid, noise))
                .containsExactly(run(new Ddim(Math.sqrt(0.5)), grid, noise), within(1e-12));
        assertThat(run(new Ddim(0.5, EtaRule.VARIANCE), grid, noise)).isNotEqualTo(run(new Ddim(0.5), grid, noise));
    }

    @Test
    void sigma_hat_adds_the_noise_of_the_forward_step() {
        TimeGrid oneStep = TimeGrid.of(new double[] {500}, 100);
        NoiseStream noise = new SeededNoise(2, 0);
        double[] z = Comparison.values(noise.draw(1, start));
        double[] mean = run(new Ddim(1), oneStep, noise);
        Posterior step = process.posterior(500, 100);
        double more = Math.sqrt(step.stepVariance()) - Math.sqrt(step.variance());

        double[] expected = IntStream.range(0, z.length)
                .mapToDouble(i -> mean[i] + more * z[i])
                .toArray();
        assertThat(run(new Ddim(1, EtaRule.SIGMA_HAT), oneStep, noise)).containsExactly(expected, within(1e-13));
    }

    @Test
    void inverts_itself_on_a_fine_grid_with_an_error_that_falls_with_the_number_of_steps() {
        double coarse = roundTrip(25);
        double middle = roundTrip(100);
        double fine = roundTrip(400);

        // first order: four times the steps, a quarter of the error; the margin is for the next order
        assertThat(middle).isLessThan(coarse / 3);
        assertThat(fine).isLessThan(middle / 3);
    }

    private double roundTrip(int steps) {
        double[] times = Arrays.stream(Spacing.LINSPACE.timesteps(steps, 1000))
                .asDoubleStream()
                .toArray();
        TimeGrid down = TimeGrid.of(Arrays.copyOf(times, steps - 1), times[steps - 1]);
        double[] data = {-1.1, -0.7, 0.2, 0.9};
        Tensor x = Tensor.create(data, 4, 1);
        Tensor encoded =
                new Ddim(0).sample(model, TimeGrid.of(times, TimeGrid.CLEAN).reversed(), x, NONE, SampleListener.NONE);
        Tensor decoded = new Ddim(0).sample(model, down, encoded, NONE, SampleListener.NONE);
        double[] back = Comparison.values(decoded);
        encoded.close();
        decoded.close();
        return IntStream.range(0, data.length)
                .mapToDouble(i -> Math.abs(back[i] - data[i]))
                .max()
                .orElseThrow();
    }

    @Test
    void walks_any_process() {
        DiffusionProcess exploding = new VarianceExploding();
        TimeGrid grid = TimeGrid.of(new double[] {10, 5, 1}, 0);
        Tensor noise = start.mul(new Scalar(10.0));

        Tensor end = new Ddim(0).sample(new ExactDenoiser(exploding, 0, 0.5), grid, noise, NONE, SampleListener.NONE);

        // data N(0, s²): each Euler step multiplies x by (s² + sigma·sigma') / (s² + sigma²)
        double factor = 10 * (0.25 + 50) / (0.25 + 100) * (0.25 + 5) / (0.25 + 25) * 0.25 / (0.25 + 1);
        double[] expected =
                Arrays.stream(Comparison.values(start)).map(z -> z * factor).toArray();
        assertThat(Comparison.values(end)).containsExactly(expected, within(1e-13));
        end.close();
    }

    @Test
    void may_be_shared_by_threads() {
        Sampler shared = new Ddim(0.5);
        TimeGrid grid = Spacing.TRAILING.grid(20, 1000);
        List<double[]> alone = IntStream.range(0, 8)
                .mapToObj(seed -> run(shared, grid, new SeededNoise(seed, 0)))
                .toList();

        List<double[]> together = IntStream.range(0, 8)
                .parallel()
                .mapToObj(seed -> {
                    try (PointerScope own = new PointerScope()) {
                        return run(shared, grid, new SeededNoise(seed, 0));
                    }
                })
                .toList();

        for (int seed = 0; seed < 8; seed++) {
            assertThat(together.get(seed)).containsExactly(alone.get(seed));
        }
    }

    @Test
    void refuses_eta_outside_zero_to_one_and_says_which_value_it_got() {
        assertThatThrownBy(() -> new Ddim(-0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("eta must lie in [0, 1], was -0.1");
        assertThatThrownBy(() -> new Ddim(Double.NaN)).hasMessage("eta must lie in [0, 1], was NaN");
    }

    private double[] run(Sampler sampler, TimeGrid grid, NoiseStream noise) {
        Tensor end = sampler.sample(model, grid, start, noise, SampleListener.NONE);
        double[] values = Comparison.values(end);
        end.close();
        return values;
    }
}
