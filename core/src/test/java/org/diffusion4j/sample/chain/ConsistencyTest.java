package org.diffusion4j.sample.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.ExactDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of the samplers for distilled models,")
class ConsistencyTest {

    private static final TimeGrid GRID = TimeGrid.ofTimesteps(999, 600, 200);

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final Denoiser model = new ExactDenoiser(process, 0.8, 0.3);
    private final NoiseStream noise = new SeededNoise(6, 0);
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
    void consistency_multistep_adds_fresh_noise_to_the_clean_sample_and_ends_at_it() {
        List<double[]> expected = new ArrayList<>();
        List<double[]> seen = new ArrayList<>();

        Tensor end = new ConsistencyMultistep().sample(model, GRID, start, noise, step -> {
            double sigma = process.sigma(step.t());
            Tensor clean = step.x0().mul(new Scalar(process.alpha(step.t())));
            expected.add(Comparison.values(clean.add(noise.draw(1 + step.index(), clean), new Scalar(sigma))));
            seen.add(Comparison.values(step.x()));
        });

        assertThat(seen).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(seen.get(i)).containsExactly(expected.get(i), within(1e-14));
        }
        assertThat(Comparison.values(end)).containsExactly(seen.get(2));
        end.close();
    }

    @Test
    void trajectory_consistency_with_eta_zero_is_ddim() {
        assertThat(run(new Tcd(0))).containsExactly(run(new Ddim(0)), within(1e-14));
    }

    @Test
    void trajectory_consistency_with_eta_one_is_consistency_multistep_but_for_the_noise_of_timestep_0() {
        assertThat(run(new Tcd(1)))
                .containsExactly(run(new ConsistencyMultistep()), within(0.1)); // sigma there is 0.01
        assertThat(run(new Tcd(0.3))).isNotEqualTo(run(new Tcd(1)));
    }

    @Test
    void an_eta_outside_zero_to_one_and_a_negative_noise_level_are_refused() {
        assertThatThrownBy(() -> new Tcd(1.5)).hasMessage("eta must lie in [0, 1], was 1.5");
        assertThatThrownBy(() -> new ConsistencyMultistep(-1))
                .hasMessage("the least noise level must not be negative, was -1.0");
    }

    private double[] run(Sampler sampler) {
        Tensor end = sampler.sample(model, GRID, start, noise, SampleListener.NONE);
        double[] values = Comparison.values(end);
        end.close();
        return values;
    }
}
