package org.diffusion4j.sample.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.LearnedVariance;
import org.diffusion4j.process.ReverseStep;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.ExactDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Posterior;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("DDPM's ancestral sampler")
class DdpmTest {

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final Denoiser model = new ExactDenoiser(process, 0.8, 0.3);
    private PointerScope scope;
    private Tensor xt;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
        xt = new SeededNoise(5, 0).draw(NoiseStream.START, Tensor.create(new double[6], 2, 3));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void takes_the_step_of_algorithm_2() {
        int t = 600;
        double beta = process.table().beta(t);
        double[] x = Comparison.values(xt);
        double[] eps = Comparison.values(model.at(xt, t).eps());
        double[] z = Comparison.values(new SeededNoise(7, 0).draw(1, xt));

        // fixed-large: the variance is beta; the mean by equation 11
        double[] expected = IntStream.range(0, x.length)
                .mapToDouble(
                        i -> (x[i] - beta / process.sigma(t) * eps[i]) / Math.sqrt(1 - beta) + Math.sqrt(beta) * z[i])
                .toArray();

        Tensor next = new Ddpm(ReverseVariance.FIXED_LARGE)
                .sample(model, TimeGrid.of(new double[] {t}, t - 1), xt, new SeededNoise(7, 0), SampleListener.NONE);
        assertThat(Comparison.values(next)).containsExactly(expected, within(1e-13));
        next.close();
    }

    @Test
    void takes_the_variance_that_the_network_has_learned_for_a_step_of_its_length() {
        Tensor v = Tensors.of(new double[] {-1, 1, 0, -1, 1, 0}, 2, 3);
        Denoiser learned = new Denoiser() {
            @Override
            public DiffusionProcess process() {
                return process;
            }

            @Override
            public Denoised at(Tensor x, double t) {
                Denoised found = model.at(x, t);
                return new Denoised(found.x0(), found.eps(), LearnedVariance.RANGE.of(v));
            }
        };
        Posterior step = process.posterior(600, 400);
        double small = Math.sqrt(step.variance());
        double large = Math.sqrt(step.stepVariance());
        double[] z = Comparison.values(new SeededNoise(7, 0).draw(1, xt));
        double[] mean =
                Comparison.values(ReverseStep.of(step).mean(model.at(xt, 600).x0(), xt));
        double[] std = {small, large, Math.sqrt(small * large), small, large, Math.sqrt(small * large)};

        Tensor next = new Ddpm(ReverseVariance.LEARNED)
                .sample(learned, TimeGrid.of(new double[] {600}, 400), xt, new SeededNoise(7, 0), SampleListener.NONE);

        assertThat(Comparison.values(next))
                .containsExactly(
                        IntStream.range(0, z.length)
                                .mapToDouble(i -> mean[i] + std[i] * z[i])
                                .toArray(),
                        within(1e-13));
        next.close();
    }

    @Test
    void refuses_a_learned_variance_that_the_model_does_not_have() {
        TimeGrid grid = TimeGrid.ofTimesteps(900, 500);
        assertThatThrownBy(() -> new Ddpm(ReverseVariance.LEARNED)
                        .sample(model, grid, xt, new SeededNoise(7, 0), SampleListener.NONE))
                .hasMessage("the model has not learned a variance: choose fixed-small or fixed-large");
    }

    @Test
    void adds_no_noise_in_the_last_step_also_from_a_late_timestep() {
        List<double[]> seen = new ArrayList<>();
        Tensor end = new Ddpm(ReverseVariance.FIXED_LARGE)
                .sample(
                        model,
                        TimeGrid.ofTimesteps(700, 200),
                        xt,
                        new SeededNoise(7, 0),
                        step -> seen.add(Comparison.values(step.x0())));

        assertThat(Comparison.values(end)).containsExactly(seen.get(1), within(1e-15));
        end.close();
    }

    @Test
    void tells_the_listener_every_step_in_order() {
        List<String> steps = new ArrayList<>();
        new Ddpm()
                .sample(
                        model,
                        TimeGrid.ofTimesteps(700, 200, 30),
                        xt,
                        new SeededNoise(7, 0),
                        step -> steps.add(step.index() + "/" + step.steps().getAsInt() + " at " + step.t()))
                .close();

        assertThat(steps).containsExactly("0/3 at 200.0", "1/3 at 30.0", "2/3 at -1.0");
    }

    @Test
    void a_sample_does_not_depend_on_the_batch_it_is_drawn_in() {
        TimeGrid grid = TimeGrid.ofTimesteps(900, 500, 100);
        Tensor second = xt.narrow(0, 1, 1);

        Tensor batch = new Ddpm().sample(model, grid, xt, new SeededNoise(7, 0), SampleListener.NONE);
        Tensor alone = new Ddpm().sample(model, grid, second, new SeededNoise(7, 1), SampleListener.NONE);

        assertThat(Comparison.values(alone)).containsExactly(Comparison.values(batch.select(0, 1)), within(1e-15));
        batch.close();
        alone.close();
    }
}
