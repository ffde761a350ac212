package org.diffusion4j.process;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.schedule.Posterior;

/**
 * A step from x_t to x_s as tensors that multiply a batch, of one step for all samples or of a step for each: the mean of
 * q(x_s | x_t, x0), and the two ends between which the variance of p(x_s | x_t) lies. Made in the caller's scope.
 *
 * @param x0Weight the mean's share of x0; float64 {@code []}, or {@code [batch, 1, …]} of the batch's dtype, as all others
 * @param xtWeight the mean's share of x_t
 * @param logSmall log β̃
 * @param logLarge log β
 */
public record ReverseStep(Tensor x0Weight, Tensor xtWeight, Tensor logSmall, Tensor logLarge) {

    private static final double SMALLEST = 1e-20; // β̃ is 0 where a step ends at the clean sample

    /** One step for all samples. */
    public static ReverseStep of(Posterior step) {
        return made(value -> NoiseLevel.scalar(value.applyAsDouble(step)));
    }

    /**
     * A step for each sample.
     *
     * @param like {@code [batch, …]}; its dtype and device are those of the result
     */
    public static ReverseStep of(List<Posterior> steps, Tensor like) {
        return made(value -> NoiseLevel.column(steps.stream().mapToDouble(value).toArray(), like));
    }

    /** The mean of q(x_s | x_t, x0). */
    public Tensor mean(Tensor x0, Tensor xt) {
        return x0.mul(x0Weight).add(xt.mul(xtWeight));
    }

    /** Whether the step ends at the clean sample: then the mean is x0 itself. Boolean, shaped as the weights. */
    public Tensor toClean() {
        return x0Weight.eq(new Scalar(1));
    }

    private static ReverseStep made(Function<ToDoubleFunction<Posterior>, Tensor> column) {
        return new ReverseStep(
                column.apply(Posterior::x0Weight),
                column.apply(Posterior::xtWeight),
                column.apply(step -> Math.log(Math.max(SMALLEST, step.variance()))),
                column.apply(step -> Math.log(Math.max(SMALLEST, step.stepVariance()))));
    }
}
