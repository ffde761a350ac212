package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("SDEdit")
class SdEditTest {

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final TimeGrid grid = Spacing.TRAILING.grid(50, 1000);

    @Test
    void begins_with_the_guide_under_the_noise_of_the_first_time_that_is_left() {
        double[] guide = {0.5, -1, 2};
        SeededNoise noise = new SeededNoise(3, 0);
        Sampler start = (model, rest, x, stream, listener) -> {
            Tensor same = x.clone();
            same.retainReference();
            return same;
        };

        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = Tensors.of(guide, 1, 3);
            double[] eps = Comparison.values(noise.draw(NoiseStream.START, x0));
            Tensor found = new SdEdit(start, 0.4)
                    .sample(new ExactDenoiser(process, 1, 0.1), grid, x0, noise, SampleListener.NONE);

            double t = 399; // 20 of 50 steps are left, of 20 timesteps each
            assertThat(Comparison.values(found))
                    .containsExactly(
                            IntStream.range(0, 3)
                                    .mapToDouble(i -> process.alpha(t) * guide[i] + process.sigma(t) * eps[i])
                                    .toArray(),
                            within(1e-15));
        }
    }

    @Test
    void keeps_what_the_noise_leaves_to_be_seen_and_forgets_what_it_covers() {
        assertThat(shareThatStays(0.06)).isGreaterThan(0.999); // sigma/alpha is 0.2, the points are ±1
        assertThat(shareThatStays(1)).isCloseTo(0.5, within(5 * 0.5 / Math.sqrt(4000))); // 5 standard errors
    }

    /** Of data at ±1, how much of what began at 1 comes back there. */
    private double shareThatStays(double strength) {
        try (PointerScope scope = new PointerScope()) {
            double[] guide = new double[4000];
            Arrays.fill(guide, 1);
            Tensor end = new SdEdit(new Ddpm(), strength)
                    .sample(
                            new ExactDenoiser(process, 1, 0.05),
                            grid,
                            Tensors.of(guide, guide.length, 1),
                            new SeededNoise(1, 0),
                            SampleListener.NONE);
            double[] found = Comparison.values(end);
            end.close();
            return Arrays.stream(found).filter(x -> x > 0).count() / (double) guide.length;
        }
    }

    @Test
    void walks_the_share_of_the_steps_that_its_strength_is_and_at_least_one() {
        assertThat(new SdEdit(new Ddim(0), 0.5).rest(grid).orElseThrow().steps())
                .isEqualTo(25);
        assertThat(new SdEdit(new Ddim(0), 1).rest(grid).orElseThrow().steps()).isEqualTo(50);
        assertThat(new SdEdit(new Ddim(0), 0.001).rest(grid).orElseThrow().steps())
                .isEqualTo(1);
    }

    @Test
    void leaves_a_sample_as_it_is_for_the_strength_zero() {
        assertThat(new SdEdit(new Ddim(0), 0).rest(grid)).isEmpty();
        assertThat(shareThatStays(0)).isEqualTo(1);
    }

    @Test
    void refuses_a_strength_outside_zero_to_one() {
        assertThatThrownBy(() -> new SdEdit(new Ddim(0), -0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the strength must lie in [0, 1], was -0.1");
        assertThatThrownBy(() -> new SdEdit(new Ddim(0), 1.1)).hasMessageContaining("was 1.1");
    }
}
