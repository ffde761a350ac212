package org.diffusion4j.nn.vae;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * A network that says of each patch of a picture whether it is real: positive numbers for real ones.
 *
 * <p>Isola, Zhu, Zhou, Efros, "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017, section 3.2.2 and appendix
 * 6.1.2, without the picture that it is conditioned on: 4×4 convolutions that halve the size and double the channels, up to eight times
 * the first, with leaky rectifiers of slope 0.2. Where the authors have batch norm this has group norm (Wu, He, ECCV 2018): what it says
 * of a picture does not depend on the others of its batch, nor on in which parts the batch is computed.
 *
 * <p>Threads: it may be used by many at once while nobody changes the parameters; {@link #close} waits for calls under way.
 */
public final class PatchDiscriminator implements AutoCloseable {

    private static final double SLOPE = 0.2;
    private static final int GROUP = 8; // channels that are normed together
    private static final int MOST_TIMES = 8; // the first width, that the deepest layers have
    private static final double EPS = 1e-5;

    /**
     * What it looks like.
     *
     * @param channels of a picture
     * @param width the channels of the first layer, a multiple of 8; 64 in the papers
     * @param layers how many of them halve the size; 3 in the papers, for patches of 70×70
     */
    public record Config(int channels, int width, int layers) {

        public Config {
            require(channels >= 1, "a discriminator needs at least 1 channel, was %s", channels);
            require(
                    width > 0 && width % GROUP == 0,
                    "the width of a discriminator must be a multiple of %s, was %s",
                    GROUP,
                    width);
            require(layers >= 1 && layers <= 16, "a discriminator has 1 to 16 layers, was %s", layers);
        }

        /** How many patches there are along a side of a picture; not positive if it is too small. */
        public int patches(int side) {
            return (side >> layers) - 2;
        }
    }

    private record Layer(Conv2d conv, @Nullable GroupNorm norm) {

        Tensor apply(Tensor x) {
            Tensor h = conv.apply(x);
            return torch.leaky_relu(norm == null ? h : norm.apply(h), new Scalar(SLOPE));
        }
    }

    private final Config config;
    private final Parameters parameters = new Parameters("the discriminator");
    private final List<Layer> layers = new ArrayList<>();
    private final Conv2d last;

    /**
     * A new network, its convolutions drawn from N(0, 0.02²).
     *
     * @param dtype float32 in use, float64 in tests
     */
    public PatchDiscriminator(Config config, long seed, ScalarType dtype) {
        this.config = config;
        Parameters.Path root = parameters.root();
        int in = config.channels;
        for (int i = 0; i <= config.layers; i++) {
            int out = config.width * Math.min(1 << i, MOST_TIMES);
            Parameters.Path at = root.to("layers." + i);
            layers.add(new Layer(
                    Conv2d.ofPatches(at.to("conv"), in, out, i < config.layers ? 2 : 1),
                    i == 0 ? null : new GroupNorm(at.to("norm"), out, out / GROUP, EPS)));
            in = out;
        }
        last = Conv2d.ofPatches(root.to("last"), in, 1, 1);
        parameters.allocate(seed, dtype);
    }

    /** The parameters, borrowed: they live as long as the network. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * What it says of each patch, differentiable where gradients are enabled.
     *
     * @param pictures {@code [batch, channels, height, width]} in [-1, 1]
     * @return {@code [batch, patches(height) · patches(width)]}, made in the caller's scope
     * @throws IllegalArgumentException if the channels are others, or the pictures so small that no patch is left
     */
    public Tensor of(Tensor pictures) {
        require(
                pictures.dim() == 4
                        && pictures.size(1) == config.channels
                        && Math.min(config.patches((int) pictures.size(2)), config.patches((int) pictures.size(3)))
                                >= 1,
                "the discriminator needs [batch, %s, height, width] of at least %s×%s, was given %s",
                config.channels,
                3 << config.layers,
                3 << config.layers,
                Arrays.toString(pictures.sizes().vec().get()));
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> {
                Tensor h = Layout.ofImage(pictures);
                for (Layer layer : layers) {
                    h = layer.apply(h);
                }
                return last.apply(h).flatten(1, -1);
            });
        }
    }

    @Override
    public void close() {
        parameters.close();
    }
}
