package org.diffusion4j.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.ExactDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Encoding by DDIM")
class InversionTest {

    private static final double[] DATA = {-1.1, -0.7, 0.2, 0.9};
    private static final double S = 0.5;

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());

    @Test
    void of_a_gaussian_tends_to_the_map_that_keeps_quantiles() {
        Denoiser gaussian = new ExactDenoiser(process, 0, S);
        double coarse = encodingError(gaussian, 50);
        double fine = encodingError(gaussian, 200);

        assertThat(fine).isLessThan(coarse / 3); // first order: a quarter, with a margin for the next order
        assertThat(encodingError(gaussian, 1000)).isLessThan(fine / 4);
    }

    /** The ODE of N(0, S²) takes x at 0 to x·std(T)/std(0), where std² is the variance of x_t. */
    private double encodingError(Denoiser model, int timesteps) {
        double factor = std(999) / std(0);
        try (PointerScope scope = new PointerScope();
                Tensor code =
                        inversion(timesteps).encode(model, Tensors.of(DATA, DATA.length, 1), SampleListener.NONE)) {
            double[] found = Comparison.values(code);
            return IntStream.range(0, DATA.length)
                    .mapToDouble(i -> Math.abs(found[i] - factor * DATA[i]))
                    .max()
                    .orElseThrow();
        }
    }

    private double std(double t) {
        return Math.hypot(process.alpha(t) * S, process.sigma(t));
    }

    @Test
    void and_decoding_returns_the_sample_with_an_error_that_falls_with_the_number_of_steps() {
        Denoiser mixture = new ExactDenoiser(process, 0.8, 0.5);

        assertThat(roundTrip(mixture, 100)).isLessThan(roundTrip(mixture, 25) / 3);
        assertThat(roundTrip(mixture, 400)).isLessThan(roundTrip(mixture, 100) / 3);
    }

    private double roundTrip(Denoiser model, int timesteps) {
        try (PointerScope scope = new PointerScope();
                Tensor back = inversion(timesteps)
                        .reconstruct(model, Tensors.of(DATA, DATA.length, 1), SampleListener.NONE)) {
            double[] found = Comparison.values(back);
            return IntStream.range(0, DATA.length)
                    .mapToDouble(i -> Math.abs(found[i] - DATA[i]))
                    .max()
                    .orElseThrow();
        }
    }

    private Inversion inversion(int timesteps) {
        return Inversion.by(SampleSettings.encoding(timesteps), process);
    }

    @Test
    void refuses_a_single_timestep() {
        assertThatThrownBy(() -> new Inversion(TimeGrid.ofTimesteps(500)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("encoding needs at least 2 timesteps, was 1");
    }

    @Test
    void refuses_a_sampler_that_is_no_ode_of_ddim() {
        assertThatThrownBy(() -> Inversion.by(SampleSettings.ddpm(10), process))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("samples are encoded by ddim with eta 0, not by ddpm with eta 1.0");
        assertThatThrownBy(() -> Inversion.by(SampleSettings.encoding(10).withEta(0.5, EtaRule.DEVIATION), process))
                .hasMessageContaining("not by ddim with eta 0.5");
    }
}
