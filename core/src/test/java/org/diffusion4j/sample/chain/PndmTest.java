package org.diffusion4j.sample.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.Spy;
import org.diffusion4j.process.CosineProcess;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.Mixture;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.schedule.BetaSchedule;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("PNDM")
class PndmTest {

    private static final double ROUNDING = 1e-13; // x0 follows from eps again, divided by alpha > 0.1

    private static final Sampler IPNDM = new Pndm(Pndm.Begin.LOWER_ORDER, Prediction.EPS);

    private static final NoiseStream NONE = (address, like) -> {
        throw new AssertionError("PNDM draws no noise");
    };

    private final Denoiser model =
            Mixture.onALine(new DiscreteProcess(BetaSchedule.ddpm().table()));
    private PointerScope scope;

    @BeforeEach
    void open() {
        Libtorch.start();
        scope = new PointerScope();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void of_one_step_is_ddim() {
        TimeGrid grid = TimeGrid.ofTimesteps(600);

        assertThat(end(new Pndm(), grid)).containsExactly(end(new Ddim(0), grid), within(ROUNDING));
    }

    @Test
    void goes_to_the_end_of_its_first_step_as_ddim_and_asks_again_there() {
        TimeGrid grid = TimeGrid.ofTimesteps(800, 600, 400);
        Spy plms = new Spy(model);
        Spy ddim = new Spy(model);
        start(new Pndm(), plms, grid).close();
        start(new Ddim(0), ddim, grid).close();

        assertThat(plms.times).containsExactly(800.0, 600.0, 600.0, 400.0);
        assertThat(plms.samples.get(1)).containsExactly(ddim.samples.get(1), within(ROUNDING));
    }

    @Test
    void begins_with_three_steps_of_runge_kutta_but_never_asks_about_the_clean_sample() {
        Spy asked = new Spy(model);
        start(new Pndm(Pndm.Begin.RUNGE_KUTTA, Prediction.EPS), asked, TimeGrid.ofTimesteps(800, 600, 400))
                .close();

        assertThat(asked.times).containsExactly(800.0, 700.0, 700.0, 600.0, 600.0, 500.0, 500.0, 400.0, 400.0);
    }

    @Test
    void of_lower_order_first_asks_once_a_step() {
        TimeGrid grid = TimeGrid.ofTimesteps(800, 600, 400, 200, 0);
        Spy asked = new Spy(model);
        start(IPNDM, asked, grid).close();

        assertThat(asked.times).containsExactly(800.0, 600.0, 400.0, 200.0, 0.0);
    }

    @Test
    void of_lower_order_first_begins_in_pure_noise_as_ddim() {
        Denoiser ofPureNoise = new PureNoiseIsMinusOne();
        TimeGrid grid = TimeGrid.of(new double[] {1}, 0.5);
        Tensor end = start(IPNDM, ofPureNoise, grid);

        double half = Math.sqrt(0.5);
        assertThat(Comparison.values(end))
                .containsExactly(new double[] {-2 * half, -0.8 * half, 0.5 * half}, within(ROUNDING));
        end.close();
    }

    /** Finds x0 = −1 in noise alone. */
    private record PureNoiseIsMinusOne() implements Denoiser {

        @Override
        public DiffusionProcess process() {
            return new CosineProcess();
        }

        @Override
        public Denoised at(Tensor x, double t) {
            return new Denoised(x.sub(x).sub(new Scalar(1)), x);
        }
    }

    private double[] end(Sampler sampler, TimeGrid grid) {
        Tensor end = start(sampler, model, grid);
        double[] values = Comparison.values(end);
        end.close();
        return values;
    }

    private static Tensor start(Sampler sampler, Denoiser model, TimeGrid grid) {
        return sampler.sample(model, grid, Tensor.create(new double[] {-1, 0.2, 1.5}, 3, 1), NONE, SampleListener.NONE);
    }
}
