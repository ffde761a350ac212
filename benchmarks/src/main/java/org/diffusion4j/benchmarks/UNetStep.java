package org.diffusion4j.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.BatchGradient;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.train.optimizer.Adam;

/**
 * A training step and a call of one of the U-Nets that the figures in docs/performance.md are about. {@link PyTorch} runs the same networks
 * in Python.
 */
final class UNetStep implements AutoCloseable {

    /** The networks, for pictures of 28×28. */
    enum Net {
        /** 64 and 128 channels on two levels, four heads of attention at 14×14. */
        LARGE(32, 0, List.of(64L, 128L)),
        /** That of {@code recipes/ddpm-mnist.json}: 16, 32 and 64 channels on three levels, attention at 7×7, ten classes. */
        SMALL(64, 11, List.of(16L, 32L, 64L));

        final int batch;
        final int classes;
        final List<Long> widths;

        Net(int batch, int classes, List<Long> widths) {
            this.batch = batch;
            this.classes = classes;
            this.widths = widths;
        }

        UNet2DConfig config() {
            List<String> down = new ArrayList<>(Collections.nCopies(widths.size(), "DownBlock2D"));
            List<String> up = new ArrayList<>(Collections.nCopies(widths.size(), "UpBlock2D"));
            down.set(widths.size() - 1, "AttnDownBlock2D");
            up.set(0, "AttnUpBlock2D");
            Map<String, Object> keys = new HashMap<>(Map.of(
                    "in_channels", 1L,
                    "out_channels", 1L,
                    "block_out_channels", widths,
                    "down_block_types", down,
                    "up_block_types", up,
                    "layers_per_block", 1L,
                    "attention_head_dim", 32L,
                    "norm_num_groups", 8L));
            if (classes > 0) {
                keys.put("num_class_embeds", (long) classes);
            }
            return UNet2DConfig.defaults().with(keys);
        }

        /** As {@code pytorch_unet.py} calls it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Multiplications with addition of one image going forward in the large network: in convolutions, projections and attention, by their shapes. */
    static final double MULTIPLY_ADDS = 821.7e6;

    private static final double LEARNING_RATE = 2e-4;

    private final UNet2D network;
    private final Tensor x;
    private final Tensor eps;
    private final Tensor timesteps;
    private final Condition condition;
    private final Adam optimizer;
    private long step;

    UNetStep(Net net, Precision precision) {
        network = new UNet2D(net.config(), 0);
        x = torch.randn(net.batch, 1, 28, 28);
        eps = torch.randn(net.batch, 1, 28, 28);
        timesteps = torch.rand(net.batch).mul_(new Scalar(1000.0));
        condition = Condition.ofClasses(net.classes == 0 ? null : Tensors.of(new long[net.batch]));
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

    /** Forward, mean squared error, backward, Adam, of the whole batch at once. */
    void train() {
        train(1);
    }

    /** The same in parts side by side, as {@code train.streams} has it. */
    void train(int parts) {
        double[] weights = new double[(int) x.size(0)];
        Arrays.fill(weights, 1);
        try (PointerScope scope = new PointerScope()) {
            network.parameters().gradients().zero_();
            new BatchGradient(network.parameters(), parts).add(weights, 1, (first, count) -> {
                Tensor output = network.forward(
                        x.narrow(0, first, count), timesteps.narrow(0, first, count), condition.slice(first, count));
                return torch.mse_loss(output, eps.narrow(0, first, count), torch.Reduction.None.value)
                        .flatten(1, -1)
                        .mean(1);
            });
            optimizer.step(++step, LEARNING_RATE);
        }
    }

    /** Forward without gradients. */
    void infer() {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            network.forward(x, timesteps, condition);
        }
    }

    @Override
    public void close() {
        optimizer.close();
        network.close();
    }
}
