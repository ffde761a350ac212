package org.diffusion4j.sample.sigma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.ExactDenoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.schedule.TimeGrid;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Heun")
class HeunTest {

    private static final double ROUNDING = 1e-12; // a few operations on values below 10

    private static final NoiseStream NONE = (address, like) -> {
        throw new AssertionError("noise was drawn");
    };

    private final Denoiser model = new ExactDenoiser(new VarianceExploding(), 0.8, 0.3);

    @Test
    void of_one_step_is_euler_with_the_mean_of_the_slopes_at_both_ends() {
        TimeGrid step = TimeGrid.of(new double[] {5}, 2);
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensor.create(new double[] {-6, 1, 4}, 3, 1);
            Tensor euler = new Euler().sample(model, step, x, NONE, SampleListener.NONE);
            Tensor slopes = slope(x, 5).add(slope(euler, 2));
            Tensor heun = new Heun().sample(model, step, x, NONE, SampleListener.NONE);

            assertThat(Comparison.values(heun))
                    .containsExactly(Comparison.values(x.add(slopes, new Scalar((2 - 5) / 2.0))), within(ROUNDING));
        }
    }

    @Test
    void of_a_step_to_the_clean_sample_is_euler() {
        TimeGrid toClean = TimeGrid.of(new double[] {2}, 0);
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            Tensor x = Tensor.create(new double[] {-2, 0.5, 1}, 3, 1);
            Tensor euler = new Euler().sample(model, toClean, x, NONE, SampleListener.NONE);
            Tensor heun = new Heun().sample(model, toClean, x, NONE, SampleListener.NONE);

            assertThat(Comparison.values(heun)).containsExactly(Comparison.values(euler), within(ROUNDING));
        }
    }

    /** dx/dsigma. */
    private Tensor slope(Tensor x, double sigma) {
        return x.sub(model.at(x, sigma).x0()).div(new Scalar(sigma));
    }
}
