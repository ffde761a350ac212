package org.diffusion4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.schedule.BetaSchedule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The denoising loss")
class DenoisingLossTest {

    private static final double SIGMA_DATA = 0.5;
    private static final double ROUNDING = 1e-5; // float32 eps · a few operations · magnitude

    @Test
    void gives_the_network_what_a_preconditioner_makes_of_the_sample() {
        Libtorch.start();
        DiscreteProcess process = new DiscreteProcess(BetaSchedule.ddpm().table());
        double[] times = {3, 800};
        Spy network = new Spy();
        DenoisingLoss loss = new DenoisingLoss(
                network,
                process,
                new OutputMeaning(new Preconditioned(SIGMA_DATA), null),
                ReverseVariance.FIXED_SMALL,
                ObjectiveSettings.simple());
        try (PointerScope scope = new PointerScope()) {
            Tensor x0 = torch.randn(2, 1, 4, 4);
            Tensor noise = torch.randn(2, 1, 4, 4);
            network.input = torch.zeros_like(x0);
            loss.of(x0, Condition.NONE, times, noise);
            for (int i = 0; i < times.length; i++) {
                double sigma = process.noiseToSignal(times[i]);
                Tensor expected = x0.select(0, i) // c_in·(x0 + sigma·eps): EDM, table 1
                        .add(noise.select(0, i), new Scalar(sigma))
                        .div(new Scalar(Math.hypot(sigma, SIGMA_DATA)));
                Tensor difference = network.input.select(0, i).sub(expected);
                assertThat(difference.abs().max().item_double()).isLessThan(ROUNDING);
            }
        }
    }

    /** Remembers what it was given. */
    private static final class Spy implements Network {

        private Tensor input = new Tensor();

        @Override
        public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
            input.copy_(x);
            return torch.zeros_like(x);
        }

        @Override
        public Parameters parameters() {
            return new Parameters(); // none, on the processor
        }

        @Override
        public void close() {}
    }
}
