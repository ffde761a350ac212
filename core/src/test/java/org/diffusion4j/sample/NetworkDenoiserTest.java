package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.schedule.BetaSchedule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A network as a denoiser")
class NetworkDenoiserTest {

    private static final OutputMeaning EPS_ALONE = new OutputMeaning(Prediction.EPS, null);

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private final StubNetwork network = new StubNetwork();
    private PointerScope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
        x = Tensor.create(new float[] {1, 2, 3, 4}, 2, 2);
    }

    @AfterEach
    void close() {
        scope.close();
        network.close();
    }

    @Test
    void tells_the_network_the_timestep_of_every_sample() {
        new NetworkDenoiser(network, process, Prediction.EPS).at(x, 37);

        assertThat(network.timesteps).containsExactly(37, 37);
        assertThat(network.labels).isNull();
    }

    @Test
    void hands_the_labels_on() {
        new NetworkDenoiser(network, process, EPS_ALONE, Condition.ofClasses(Tensor.create(new long[] {7, 3})))
                .at(x, 37);

        assertThat(network.labels).containsExactly(7, 3);
    }

    @Test
    void reads_the_output_as_the_prediction_says() {
        Denoised eps = new NetworkDenoiser(network, process, Prediction.EPS).at(x, 500);
        Denoised x0 = new NetworkDenoiser(network, process, Prediction.X0).at(x, 500);

        assertThat(Comparison.values(eps.eps())).containsExactly(0.5, 1, 1.5, 2); // the stub halves
        assertThat(Comparison.values(x0.x0())).containsExactly(0.5, 1, 1.5, 2);
    }

    @Test
    void keeps_no_graph_and_the_dtype_of_x() {
        Denoised read = new NetworkDenoiser(network, process, Prediction.V).at(x, 500);

        assertThat(read.x0().requires_grad()).isFalse();
        assertThat(read.eps().requires_grad()).isFalse();
        assertThat(read.x0().scalar_type().intern()).isEqualTo(ScalarType.Float);
    }

    @Test
    void refuses_eps_at_pure_noise_before_it_asks_the_network() {
        DiscreteProcess zeroSnr =
                new DiscreteProcess(BetaSchedule.ddpm().withZeroTerminalSnr().table());

        assertThatThrownBy(() -> new NetworkDenoiser(network, zeroSnr, Prediction.EPS).at(x, 999))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("eps-prediction says nothing about x0 where alpha is 0");
        assertThat(network.timesteps).isNull();
    }
}
