package org.diffusion4j.benchmarks;

import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.train.optimizer.Adam;

/**
 * A training step and a call of the U-Net that the figures in docs/performance.md are about: 28×28 pixels, batch 32, 64 and 128
 * channels on two levels, four heads of attention at 14×14. {@link PyTorch} runs the same network in Python.
 */
final class UNetStep implements AutoCloseable {

    static final int BATCH = 32;

    /** Multiplications with addition of one image going forward: in convolutions, projections and attention, by their shapes. */
    static final double MULTIPLY_ADDS = 821.7e6;

    private static final double LEARNING_RATE = 2e-4;

    private final UNet2D network = new UNet2D(
            UNet2DConfig.defaults()
                    .with(Map.of(
                            "in_channels", 1L,
                            "out_channels", 1L,
                            "block_out_channels", List.of(64L, 128L),
                            "down_block_types", List.of("DownBlock2D", "AttnDownBlock2D"),
                            "up_block_types", List.of("AttnUpBlock2D", "UpBlock2D"),
                            "layers_per_block", 1L,
                            "attention_head_dim", 32L,
                            "norm_num_groups", 8L)),
            0);
    private final Tensor x = torch.randn(BATCH, 1, 28, 28);
    private final Tensor eps = torch.randn(BATCH, 1, 28, 28);
    private final Tensor timesteps = torch.rand(BATCH).mul_(new Scalar(1000.0));
    private final Adam optimizer;
    private long step;

    UNetStep(Precision precision) {
        network.parameters().computeIn(Compute.on(precision));
        network.parameters().enableGradients();
        optimizer = new Adam(
                new Adam.Settings(Adam.Kind.ADAM, 0.9, 0.999, 1e-8, 0),
                network.parameters().values(),
                network.parameters().gradients());
    }

    long parameters() {
        return network.parameters().count();
    }

    /** Forward, mean squared error, backward, Adam. */
    void train() {
        try (PointerScope scope = new PointerScope();
                AutoGradMode grad = new AutoGradMode(true)) {
            network.parameters().gradients().zero_();
            torch.mse_loss(network.forward(x, timesteps, Condition.NONE), eps).backward();
            optimizer.step(++step, LEARNING_RATE);
        }
    }

    /** Forward without gradients. */
    void infer() {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            network.forward(x, timesteps, Condition.NONE);
        }
    }

    @Override
    public void close() {
        optimizer.close();
        network.close();
    }
}
