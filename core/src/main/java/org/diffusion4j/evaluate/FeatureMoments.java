package org.diffusion4j.evaluate;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Libtorch;

/**
 * Mean and covariance of feature vectors that come in batches, in float64. Parts that were gathered apart can be merged.
 *
 * <p>Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983: what is kept are the mean and the scatter about it, so
 * nothing cancels when the mean is large. Not thread-safe.
 */
public final class FeatureMoments implements AutoCloseable {

    private final int dims;
    private final Tensor mean;
    private final Tensor scatter;
    private long count;

    /** Of no vectors yet. */
    public FeatureMoments(int dims) {
        require(dims >= 1, "features need at least 1 dimension, was %s", dims);
        this.dims = dims;
        Libtorch.start();
        try (PointerScope scope = new PointerScope()) {
            mean = torch.zeros(new long[] {dims}, new TensorOptions(ScalarType.Double));
            scatter = torch.zeros(new long[] {dims, dims}, new TensorOptions(ScalarType.Double));
            mean.retainReference();
            scatter.retainReference();
        }
    }

    /** Of some vectors, {@code [batch, dims]}; owned by the caller. */
    public static FeatureMoments of(Tensor features) {
        FeatureMoments moments = new FeatureMoments((int) features.size(1));
        moments.add(features);
        return moments;
    }

    /** Takes a batch in: {@code [batch, dims]} of any float dtype, borrowed. */
    public void add(Tensor features) {
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            require(
                    features.dim() == 2 && features.size(1) == dims,
                    "features must be [batch, %s], were %s",
                    dims,
                    Arrays.toString(features.sizes().vec().get()));
            Tensor x = features.to(ScalarType.Double);
            Tensor mean = x.mean(0);
            Tensor centred = x.sub(mean);
            merge(x.size(0), mean, centred.t().mm(centred));
        }
    }

    /** Takes in all that another has gathered. */
    public void merge(FeatureMoments other) {
        require(other.dims == dims, "features of %s and %s dimensions do not merge", dims, other.dims);
        try (AutoGradMode noGrad = new AutoGradMode(false);
                PointerScope scope = new PointerScope()) {
            merge(other.count, other.mean, other.scatter);
        }
    }

    private void merge(long n, Tensor theirMean, Tensor theirScatter) {
        if (n == 0) {
            return;
        }
        double share = (double) n / (count + n);
        Tensor apart = theirMean.sub(mean);
        scatter.add_(theirScatter).addr_(apart, apart, new Scalar(1.0), new Scalar(share * count));
        mean.add_(apart, new Scalar(share));
        count += n;
    }

    /** The number of vectors. */
    public long count() {
        return count;
    }

    /** The length of a vector. */
    public int dims() {
        return dims;
    }

    /** {@code [dims]}, borrowed. */
    public Tensor mean() {
        return mean;
    }

    /** {@code [dims, dims]}, divided by count − 1; made in the caller's scope and owned by the caller. */
    public Tensor covariance() {
        require(count >= 2, "a covariance needs at least 2 feature vectors, there are %s", count);
        return scatter.div(new Scalar((double) (count - 1)));
    }

    @Override
    public void close() {
        mean.close();
        scatter.close();
    }
}
