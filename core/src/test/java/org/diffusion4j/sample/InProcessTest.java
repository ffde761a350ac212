package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.chain.Ddim;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A denoiser in another process")
class InProcessTest {

    private final DiffusionProcess chain =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final DiffusionProcess exploding = new VarianceExploding();
    private final StubNetwork network = new StubNetwork();
    private final Denoiser model = new NetworkDenoiser(network, chain, Prediction.EPS);
    private PointerScope scope;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
        network.close();
    }

    @Test
    void asks_the_model_at_its_own_time_about_x_of_its_own_size() {
        Tensor x = Tensor.create(new double[] {1, -2, 3, 0.5}, 2, 2).to(ScalarType.Double);
        Denoised own = model.at(x, 300);
        double alpha = chain.alpha(300);

        Denoised other = model.in(exploding).at(x.div(new Scalar(alpha)), chain.noiseToSignal(300));

        assertThat(network.timesteps).containsExactly(300, 300);
        assertThat(Tensors.toArray(other.x0())).containsExactly(Tensors.toArray(own.x0()), within(1e-9));
        assertThat(Tensors.toArray(other.eps())).containsExactly(Tensors.toArray(own.eps()), within(1e-9));
    }

    @Test
    void ddim_takes_the_same_steps_in_both_processes() {
        TimeGrid grid = Spacing.TRAILING.grid(10, 1000);
        double[] ratios = IntStream.range(0, grid.steps())
                .mapToDouble(i -> chain.noiseToSignal(grid.time(i)))
                .toArray();
        NoiseStream noise = new SeededNoise(3, 0);
        Tensor start = Tensor.create(new double[] {0.3, -1, 2, 0.7}, 2, 2);
        Tensor asBig = start.div(new Scalar(chain.alpha(grid.time(0))));

        try (Tensor own = new Ddim(0).sample(model, grid, start, noise, SampleListener.NONE);
                Tensor other = new Ddim(0)
                        .sample(model.in(exploding), exploding.grid(ratios), asBig, noise, SampleListener.NONE)) {
            assertThat(Tensors.toArray(other)).containsExactly(Tensors.toArray(own), within(1e-6));
        }
    }

    @Test
    void refuses_more_noise_than_the_model_knows() {
        Tensor x = Tensor.create(new double[] {1, 2, 3, 4}, 2, 2);

        assertThatThrownBy(() -> model.in(exploding).at(x, 500))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("the model knows no noise-to-signal ratio 500.0, the nearest is 157\\.\\d+:"
                        + " take a time grid within its process");
    }
}
