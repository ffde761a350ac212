package org.diffusion4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The U-Net of DDPM, IDDPM and ADM, whose configuration and parameters are those of diffusers' {@code UNet2DModel}.
 */
public final class UNet2D implements Network {

    private final UNet2DConfig config;
    private final Parameters parameters = new Parameters();

    /** A new network in float32: PyTorch's initial values, but zero where DDPM begins with zero. */
    public UNet2D(UNet2DConfig config, long seed) {
        this(config, seed, ScalarType.Float);
    }

    /** A new network of that dtype, float32 or float64. */
    public UNet2D(UNet2DConfig config, long seed, ScalarType dtype) {
        this.config = config;
        parameters.allocate(seed, dtype);
    }

    /** What the network looks like. */
    public UNet2DConfig config() {
        return config;
    }

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, @Nullable Tensor labels) {
        throw new IllegalStateException("the body of the network follows");
    }

    @Override
    public void training(boolean training) {}

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
