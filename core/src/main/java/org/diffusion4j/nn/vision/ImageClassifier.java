package org.diffusion4j.nn.vision;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;

/**
 * A small residual network that names the class of a picture, and by whose last features pictures can be compared.
 *
 * <p>He, Zhang, Ren, Sun, "Identity Mappings in Deep Residual Networks", ECCV 2016, with group norm in the place of batch norm: what it
 * says of a picture does not depend on the others of its batch. The first level has the picture's size, each next half of it and one
 * residual block; the features are the mean over the last level, so pictures of any size are taken. Closing it frees the parameters.
 *
 * <p>Threads: as {@link Network}.
 */
public final class ImageClassifier implements AutoCloseable {

    private static final int GROUP = 8; // channels that are normed together
    private static final double EPS = 1e-5;

    /**
     * What it looks like.
     *
     * @param channels of a picture
     * @param widths the channels of each level, multiples of 8; the last is the number of features
     * @param classes how many it tells apart
     */
    public record Config(int channels, List<Integer> widths, int classes) {

        public Config {
            require(channels >= 1, "a classifier needs at least 1 channel, was %s", channels);
            require(classes >= 2, "a classifier needs at least 2 classes, was %s", classes);
            widths = List.copyOf(widths);
            require(
                    !widths.isEmpty() && widths.stream().allMatch(width -> width > 0 && width % GROUP == 0),
                    "widths must be multiples of %s, were %s",
                    GROUP,
                    widths);
        }
    }

    private record Residual(GroupNorm norm1, Conv2d conv1, GroupNorm norm2, Conv2d conv2) {

        static Residual of(Parameters.Path at, int width) {
            return new Residual(
                    norm(at.to("norm1"), width),
                    Conv2d.same(at.to("conv1"), width, width),
                    norm(at.to("norm2"), width),
                    Conv2d.zero(at.to("conv2"), width, width));
        }

        Tensor apply(Tensor x) {
            Tensor h = conv1.apply(torch.silu(norm1.apply(x)));
            return x.add(conv2.apply(torch.silu(norm2.apply(h))));
        }
    }

    private record Level(Conv2d halving, Residual block) {}

    private final Config config;
    private final Parameters parameters = new Parameters("the classifier");
    private final Conv2d first;
    private final List<Level> levels = new ArrayList<>();
    private final GroupNorm norm;
    private final Linear head;

    /** A new network in float32, with PyTorch's initial values. */
    public ImageClassifier(Config config, long seed) {
        this.config = config;
        Parameters.Path root = parameters.root();
        List<Integer> widths = config.widths;
        first = Conv2d.same(root.to("first"), config.channels, widths.get(0));
        for (int i = 1; i < widths.size(); i++) {
            Parameters.Path level = root.to("levels." + (i - 1));
            levels.add(new Level(
                    Conv2d.halving(level.to("halving"), widths.get(i - 1), widths.get(i), 1),
                    Residual.of(level.to("block"), widths.get(i))));
        }
        int features = widths.get(widths.size() - 1);
        norm = norm(root.to("norm"), features);
        head = new Linear(root.to("head"), features, config.classes);
        parameters.allocate(seed, ScalarType.Float);
    }

    private static GroupNorm norm(Parameters.Path at, int width) {
        return new GroupNorm(at, width, width / GROUP, EPS);
    }

    public Config config() {
        return config;
    }

    /** The parameters, borrowed. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * What it says of pictures, differentiable where gradients are enabled.
     *
     * @param x float32 {@code [batch, channels, height, width]} in [-1, 1]
     */
    public Features of(Tensor x) {
        try (CloseGuard.Use use = parameters.use()) {
            Tensor vectors = Scoped.result(() -> vectors(x));
            return new Features(vectors, head.apply(vectors), null);
        }
    }

    /**
     * What each of its levels makes of pictures, the first level first, differentiable where gradients are enabled.
     *
     * @param x float32 {@code [batch, channels, height, width]} in [-1, 1]
     * @return one tensor a width, {@code [batch, width, …]}, each next of half the height and width; made in the caller's scope
     */
    public List<Tensor> maps(Tensor x) {
        requirePictures(x);
        try (CloseGuard.Use use = parameters.use()) {
            List<Tensor> maps = new ArrayList<>(List.of(first.apply(Layout.ofImage(x))));
            for (Level level : levels) {
                Tensor above = maps.get(maps.size() - 1);
                maps.add(Scoped.result(() -> level.block.apply(level.halving.apply(above))));
            }
            return maps;
        }
    }

    private Tensor vectors(Tensor x) {
        List<Tensor> maps = maps(x);
        return torch.silu(norm.apply(maps.get(maps.size() - 1))).mean(2, 3);
    }

    private void requirePictures(Tensor x) {
        require(
                x.dim() == 4 && x.size(1) == config.channels,
                "the classifier needs [batch, %s, height, width], was given %s",
                config.channels,
                Arrays.toString(x.sizes().vec().get()));
    }

    @Override
    public void close() {
        parameters.close();
    }
}
