package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.nn.Parameters.Parameter;

/** x·Wᵀ + b over the last axis; {@code weight} and {@code bias}. */
public final class Linear {

    private final Parameter weight;
    private final Parameter bias;

    private Linear(Parameters.Path at, int in, int out, Initialiser initialiser) {
        weight = at.addOperand("weight", initialiser, out, in);
        bias = at.addOperand("bias", initialiser, out);
    }

    public Linear(Parameters.Path at, int in, int out) {
        this(at, in, out, Initialiser.fanIn(in));
    }

    /** Beginning at zero. */
    public static Linear zero(Parameters.Path at, int in, int out) {
        return new Linear(at, in, out, Initialiser.ZEROS);
    }

    public Tensor apply(Tensor x) {
        Tensor factor = weight.operand();
        return torch.linear(x.to(factor.scalar_type()), factor, new TensorOptional(bias.operand()));
    }

    /**
     * Over the channels of an image, each pixel for itself: as a 1×1 convolution, which uses all threads where matrix products have
     * but one.
     */
    public Tensor applyToPixels(Tensor image) {
        return Conv2d.ofPixels(image, weight.operand(), bias.operand());
    }
}
