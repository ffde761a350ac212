package org.diffusion4j.process;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.schedule.Posterior;
import org.jspecify.annotations.Nullable;

/**
 * alpha and sigma as tensors that multiply a batch: of one time for all samples, or of a time for each. Thus every formula is
 * written once, for sampling and for training. Made in the caller's scope.
 *
 * @param alpha float64 {@code []}, or {@code [batch, 1, …]} of the batch's dtype
 * @param sigma like {@code alpha}
 * @param step the chain's step from here, or null where the level is in no chain
 */
public record NoiseLevel(
        Tensor alpha, Tensor sigma, @Nullable ReverseStep step) {

    /** One level for all samples; as scalars they do not change the dtype of what they multiply. */
    public static NoiseLevel of(double alpha, double sigma) {
        return new NoiseLevel(scalar(alpha), scalar(sigma), null);
    }

    /** The level of time t for all samples. */
    public static NoiseLevel at(DiffusionProcess process, double t) {
        return new NoiseLevel(
                scalar(process.alpha(t)),
                scalar(process.sigma(t)),
                process.chainStep(t).map(ReverseStep::of).orElse(null));
    }

    /**
     * A level for each sample.
     *
     * @param times one for each sample of {@code like}
     * @param like {@code [batch, …]}; its dtype and device are those of the result
     */
    public static NoiseLevel at(DiffusionProcess process, double[] times, Tensor like) {
        List<Posterior> steps = Arrays.stream(times)
                .mapToObj(process::chainStep)
                .flatMap(Optional::stream)
                .toList();
        return new NoiseLevel(
                column(Arrays.stream(times).map(process::alpha).toArray(), like),
                column(Arrays.stream(times).map(process::sigma).toArray(), like),
                steps.size() == times.length ? ReverseStep.of(steps, like) : null);
    }

    /** {@code x_t = alpha·x0 + sigma·eps}: a sample of q(x_t | x0). */
    public Tensor noised(Tensor x0, Tensor eps) {
        return x0.mul(alpha).add(eps.mul(sigma));
    }

    static Tensor scalar(double value) {
        Libtorch.start();
        return torch.scalar_tensor(new Scalar(value), new TensorOptions(ScalarType.Double));
    }

    static Tensor column(double[] values, Tensor like) {
        long[] shape = new long[(int) like.dim()];
        Arrays.fill(shape, 1);
        shape[0] = values.length;
        return Tensors.of(values, shape).to(like);
    }
}
