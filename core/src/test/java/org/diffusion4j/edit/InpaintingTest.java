package org.diffusion4j.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.Mixture;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Inpainting")
class InpaintingTest {

    private static final int N = 4000;
    private static final double M = 1;
    private static final double S = 0.5;
    private static final double KNOWN = 0.1;

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final TimeGrid grid = Spacing.TRAILING.grid(50, 1000);

    /** Points near (M, M) and (−M, −M): one coordinate tells of the other. */
    private final Mixture pairs = new Mixture(process, new double[] {0.5, 0.5}, new double[][] {{M, M}, {-M, -M}}, S);

    private final PointerScope scope = new PointerScope();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void keeps_the_known_values_exactly_and_draws_the_others_with_every_sampler() {
        for (Samplers.Entry entry : Samplers.all()) {
            Sampler sampler = entry.make().apply(SampleSettings.ddim(50));
            double[][] found = draw(sampler, Spacing.TRAILING.grid(5, 1000), 4);

            for (double[] x : found) {
                assertThat(x[0]).as(entry.name()).isEqualTo(KNOWN);
                assertThat(x[1]).as(entry.name()).isNotEqualTo(KNOWN).isFinite();
            }
        }
    }

    @Test
    void by_replacement_misses_how_the_new_depends_on_the_known_and_by_resampling_comes_nearer() {
        double exact = M * Math.tanh(M * KNOWN / (S * S)); // the mean of the second coordinate, given the first
        double replaced = mean(draw(new Ddpm(), grid, N));
        double resampled = mean(draw(new Ddpm(), grid.resampled(1, 10), N));

        double standardError = Math.hypot(M, S) / Math.sqrt(N);
        assertThat(exact - replaced).isGreaterThan(5 * standardError);
        assertThat(resampled - replaced).isGreaterThan(5 * Math.sqrt(2) * standardError);
        assertThat(resampled).isLessThan(exact + 5 * standardError);
    }

    private static double mean(double[][] found) {
        return Arrays.stream(found).mapToDouble(x -> x[1]).average().orElseThrow();
    }

    @Test
    void adds_the_noise_between_two_times_where_the_grid_goes_back() {
        TimeGrid back = TimeGrid.ofTimesteps(800, 600).resampled(1, 2); // 800, 800, 600
        List<double[]> asked = new ArrayList<>();
        Sampler unmoved = (model, step, x, stream, listener) -> {
            asked.add(Comparison.values(x));
            listener.onStep(new SampleListener.Step(0, OptionalInt.of(1), step.next(0), x, x));
            Tensor same = x.clone();
            same.retainReference();
            return same;
        };
        NoiseStream ones = (step, like) -> torch.ones_like(like);
        Tensor start = Tensors.of(new double[] {2}, 1, 1);
        Tensor nowhere = Tensors.of(new double[] {0}, 1, 1);

        new Inpainting(unmoved, start, nowhere)
                .sample(pairs, back, start, ones, SampleListener.NONE)
                .close();

        double kept = process.alpha(800) / process.alpha(600);
        double added = Math.sqrt(Math.pow(process.sigma(800), 2) - Math.pow(kept * process.sigma(600), 2));
        double again = 2 * kept + added;
        assertThat(asked.stream().mapToDouble(x -> x[0]).toArray())
                .containsExactly(new double[] {2, again, again}, within(1e-14));
    }

    private double[][] draw(Sampler sampler, TimeGrid along, int count) {
        Tensor known = Tensors.of(new double[] {KNOWN, 7}, 1, 2);
        Tensor mask = Tensors.of(new double[] {1, 0}, 1, 2);
        SeededNoise noise = new SeededNoise(1, 0);
        Tensor start = noise.draw(NoiseStream.START, Tensors.of(new double[2 * count], count, 2));
        try (Tensor end =
                new Inpainting(sampler, known, mask).sample(pairs, along, start, noise, SampleListener.NONE)) {
            double[] values = Comparison.values(end);
            return IntStream.range(0, count)
                    .mapToObj(i -> Arrays.copyOfRange(values, 2 * i, 2 * i + 2))
                    .toArray(double[][]::new);
        }
    }

    @Test
    void refuses_to_end_where_noise_is_left() {
        TimeGrid noisy = TimeGrid.of(new double[] {800, 400}, 0);
        assertThatThrownBy(() -> draw(new Ddpm(), noisy, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inpainting must end at the clean sample")
                .hasMessageContaining("ends at 0.0");
    }
}
