package org.diffusion4j.train;

import java.util.SplittableRandom;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Tensors;

/**
 * The random numbers of one batch of training, from (seed, batch number) alone: what came before does not matter, so that a resumed
 * training draws what it would have drawn. To be used inside one scope, which frees it.
 *
 * <p>Noise in training needs to be fast, not independent of the batch, hence libtorch's generator and one draw for the whole batch.
 */
public final class StepRandom {

    private final SplittableRandom numbers;
    private final Generator generator;

    public StepRandom(long seed, long batch) {
        numbers = new SplittableRandom(new SplittableRandom(seed).nextLong() + batch);
        // libtorch's generator looks at 32 bits of its seed only; a counter keeps them distinct for 2³² batches
        generator = torch.make_generator_cpu((new SplittableRandom(~seed).nextLong() + batch) & 0xFFFFFFFFL);
    }

    /** For the choice of times. */
    public SplittableRandom numbers() {
        return numbers;
    }

    /** N(0, 1) of the shape and dtype of {@code like}, on the processor. */
    Tensor noise(Tensor like) {
        return Tensors.emptyOnCpu(like, like.scalar_type().intern()).normal_(0, 1, new GeneratorOptional(generator));
    }

    /** Bool {@code [count]}: each sample is chosen with probability {@code share}. */
    Tensor chosen(int count, double share) {
        return torch.rand(new long[] {count}, new GeneratorOptional(generator)).lt(new Scalar(share));
    }

    /** A number for whatever else has a seed of its own: dropout inside the network. */
    long seed() {
        return numbers.nextLong();
    }
}
