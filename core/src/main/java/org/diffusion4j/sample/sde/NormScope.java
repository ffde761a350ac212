package org.diffusion4j.sample.sde;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Over which numbers the size of a batch is taken, where a sampler chooses its steps by it. */
public enum NormScope {

    /** Each sample for itself, so that it does not depend on the others. */
    SAMPLE("sample") {
        @Override
        Tensor sizes(Tensor batch) {
            long[] shape = new long[(int) batch.dim()];
            Arrays.fill(shape, 1);
            shape[0] = batch.size(0);
            return rootMeanSquares(batch).view(shape);
        }

        @Override
        double largest(Tensor batch) {
            return rootMeanSquares(batch).max().item_double();
        }
    },

    /** The whole batch, as in the code of Song et al. (2021): a sample then depends on those beside it. */
    BATCH("batch") {
        @Override
        Tensor sizes(Tensor batch) {
            return rootMeanSquares(batch).mean();
        }

        @Override
        double largest(Tensor batch) {
            return batch.square().mean().sqrt().item_double();
        }
    };

    private final String text;

    NormScope(String text) {
        this.text = text;
    }

    /** Of each sample, as a factor of the batch: {@code [batch, 1, …]}, or {@code []} where it is the mean of all. */
    abstract Tensor sizes(Tensor batch);

    /** That of the largest sample, or of all numbers together. */
    abstract double largest(Tensor batch);

    private static Tensor rootMeanSquares(Tensor batch) {
        return torch.flatten(batch, 1, -1).square().mean(1).sqrt();
    }

    /** The name that options use. */
    @Override
    public String toString() {
        return text;
    }
}
