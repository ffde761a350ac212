package org.diffusion4j.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.schedule.BetaSchedule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Clipping and thresholding of x0")
class LimitedX0Test {

    private static final int T = 500;

    private final DiscreteProcess process =
            new DiscreteProcess(BetaSchedule.ddpm().table());
    private PointerScope scope;

    /** Believes that x is x0 and that the noise is 0.5 everywhere. */
    private final Denoiser believer = new Denoiser() {
        @Override
        public DiffusionProcess process() {
            return process;
        }

        @Override
        public Denoised at(Tensor x, double t) {
            return new Denoised(x, x.mul(new Scalar(0.0)).add(new Scalar(0.5)));
        }
    };

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
    void clipping_cuts_x0_at_the_range() {
        Denoised clipped = new Clipped(believer, 1.2, EpsAfterClipping.KEPT).at(row(-3, -1.1, 0, 1.3), T);

        assertThat(values(clipped.x0())).containsExactly(-1.2, -1.1, 0, 1.2);
        assertThat(values(clipped.eps())).containsExactly(0.5, 0.5, 0.5, 0.5);
    }

    @Test
    void recomputed_noise_keeps_x_t_the_sum_of_its_parts() {
        Tensor x = row(-3, -1.1, 0, 1.3);
        Denoised clipped = new Clipped(believer).at(x, T);

        Tensor sum = NoiseLevel.at(process, T).noised(clipped.x0(), clipped.eps());
        assertThat(values(clipped.x0())).containsExactly(-1, -1, 0, 1);
        assertThat(values(sum)).containsExactly(values(x), within(1e-15));
    }

    @Test
    void thresholding_divides_each_sample_by_its_own_quantile() {
        Tensor x = Tensor.create(new double[] {-4, 1, 2, 3, -0.5, 0.1, 0.2, 0.3}, 2, 2, 2);

        Denoised limited = new Thresholded(believer, 0.5, 10, EpsAfterClipping.KEPT).at(x, T);

        // medians of |x0| are 2.5 and 0.25; a threshold is at least 1
        assertThat(values(limited.x0())).containsExactly(-1, 0.4, 0.8, 1, -0.5, 0.1, 0.2, 0.3);
    }

    @Test
    void a_threshold_is_at_most_the_largest_value() {
        Denoised limited = new Thresholded(believer, 1, 2, EpsAfterClipping.KEPT).at(row(-4, 1), T);

        assertThat(values(limited.x0())).containsExactly(-1, 0.5);
    }

    @Test
    void impossible_limits_are_refused() {
        assertThatThrownBy(() -> new Clipped(believer, 0, EpsAfterClipping.KEPT))
                .hasMessage("the range of clipping must be positive, was 0.0");
        assertThatThrownBy(() -> new Thresholded(believer, 1.5, 2, EpsAfterClipping.KEPT))
                .hasMessage("the ratio of thresholding must lie in (0, 1], was 1.5");
        assertThatThrownBy(() -> new Thresholded(believer, 0.995, 0.5, EpsAfterClipping.KEPT))
                .hasMessage("the largest threshold must be at least 1.0, was 0.5");
    }

    private static Tensor row(double... values) {
        return Tensor.create(values, 1, values.length);
    }

    private static double[] values(Tensor tensor) {
        return Comparison.values(tensor);
    }
}
