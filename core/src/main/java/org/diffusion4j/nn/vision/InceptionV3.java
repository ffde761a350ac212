package org.diffusion4j.nn.vision;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;

/**
 * The Inception-v3 of the TensorFlow graph of 2015-12-05, with whose features FID is defined; names and shapes are those of the published
 * conversion {@code pt_inception-2015-12-05-6726825d.pth}.
 *
 * <p>Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, figures 5 to 7. Where
 * this graph departs from the common one: average pools do not count the padding, the last block pools by maximum, there are 1008
 * classes. For inference only.
 */
public final class InceptionV3 implements AutoCloseable {

    /** The length of its feature vectors. */
    public static final int DIMS = 2048;

    /** How many classes its logits have. */
    public static final int CLASSES = 1008;

    private static final int SPATIAL_CHANNELS = 7;

    /** The length of its vectors of what is where. */
    public static final int SPATIAL_DIMS = SPATIAL_CHANNELS * 17 * 17;

    private static final double BATCH_NORM_EPS = 1e-3;
    private static final int MIXED_6D = 2; // the stage that ends with it
    private static final long[] ONE = {1, 1};

    private static final Part AVERAGE =
            x -> torch.avg_pool2d(x, new long[] {3, 3}, ONE, ONE, false, false, new LongOptional());
    private static final Part MAXIMUM = x -> torch.max_pool2d(x, new long[] {3, 3}, ONE, ONE, ONE, false);
    private static final Part HALVED =
            x -> torch.max_pool2d(x, new long[] {3, 3}, new long[] {2, 2}, new long[] {0, 0}, ONE, false);

    private interface Part {
        Tensor of(Tensor x);

        default Part then(Part next) {
            return x -> next.of(of(x));
        }
    }

    /** Convolution, batch norm of what was learned, ReLU. */
    private record Unit(
            Parameter weight,
            Parameter scale,
            Parameter shift,
            Parameter mean,
            Parameter variance,
            long[] stride,
            long[] padding)
            implements Part {

        @Override
        public Tensor of(Tensor x) {
            Tensor h = torch.conv2d(x, weight.value(), new TensorOptional(), stride, padding, ONE, 1);
            return torch.batch_norm(
                            h,
                            new TensorOptional(scale.value()),
                            new TensorOptional(shift.value()),
                            new TensorOptional(mean.value()),
                            new TensorOptional(variance.value()),
                            false,
                            0,
                            BATCH_NORM_EPS,
                            false)
                    .relu_();
        }
    }

    /** Where a block's units are declared: each is named in the block, with its kernel in the order height, width. */
    private record Place(Parameters.Path at) {

        Unit unit(String name, int in, int out, int high, int wide, int stride, int padHigh, int padWide) {
            Parameters.Path norm = at.to(name).to("bn");
            return new Unit(
                    at.to(name)
                            .to("conv")
                            .add("weight", Initialiser.fanIn((long) in * high * wide), out, in, high, wide),
                    norm.add("weight", Initialiser.ONES, out),
                    norm.add("bias", Initialiser.ZEROS, out),
                    norm.addConstant("running_mean", Initialiser.ZEROS, out),
                    norm.addConstant("running_var", Initialiser.ONES, out),
                    new long[] {stride, stride},
                    new long[] {padHigh, padWide});
        }

        /** Keeping the size. */
        Unit same(String name, int in, int out, int high, int wide) {
            return unit(name, in, out, high, wide, 1, high / 2, wide / 2);
        }

        Unit same(String name, int in, int out, int side) {
            return same(name, in, out, side, side);
        }

        /** 3×3 without padding. */
        Unit valid(String name, int in, int out, int stride) {
            return unit(name, in, out, 3, 3, stride, 0, 0);
        }
    }

    private final Parameters parameters = new Parameters("the Inception network");
    private final List<Part> stages;

    /** With random weights, to be replaced: see {@link #parameters}. */
    public InceptionV3() {
        Parameters.Path root = parameters.root();
        Place top = new Place(root);
        Part first = top.valid("Conv2d_1a_3x3", 3, 32, 2)
                .then(top.valid("Conv2d_2a_3x3", 32, 32, 1))
                .then(top.same("Conv2d_2b_3x3", 32, 64, 3))
                .then(HALVED);
        Part second = top.same("Conv2d_3b_1x1", 64, 80, 1)
                .then(top.valid("Conv2d_4a_3x3", 80, 192, 1))
                .then(HALVED);
        Part third = figure5(root.to("Mixed_5b"), 192, 32)
                .then(figure5(root.to("Mixed_5c"), 256, 64))
                .then(figure5(root.to("Mixed_5d"), 288, 64))
                .then(halving6(root.to("Mixed_6a")))
                .then(figure6(root.to("Mixed_6b"), 128))
                .then(figure6(root.to("Mixed_6c"), 160))
                .then(figure6(root.to("Mixed_6d"), 160));
        Part fourth = figure6(root.to("Mixed_6e"), 192);
        Part fifth = halving7(root.to("Mixed_7a"))
                .then(figure7(root.to("Mixed_7b"), 1280, AVERAGE))
                .then(figure7(root.to("Mixed_7c"), 2048, MAXIMUM));
        stages = List.of(first, second, third, fourth, fifth);
        new Linear(root.to("fc"), DIMS, CLASSES);
        parameters.allocate(0, ScalarType.Float);
    }

    /** The parts side by side, their channels one after the other. */
    private static Part beside(Part... parts) {
        return x -> {
            TensorVector results = new TensorVector(
                    Arrays.stream(parts).map(part -> part.of(x)).toArray(Tensor[]::new));
            return torch.cat(results, 1);
        };
    }

    private static Part figure5(Parameters.Path at, int in, int pooled) {
        Place p = new Place(at);
        return beside(
                p.same("branch1x1", in, 64, 1),
                p.same("branch5x5_1", in, 48, 1).then(p.same("branch5x5_2", 48, 64, 5)),
                p.same("branch3x3dbl_1", in, 64, 1)
                        .then(p.same("branch3x3dbl_2", 64, 96, 3))
                        .then(p.same("branch3x3dbl_3", 96, 96, 3)),
                AVERAGE.then(p.same("branch_pool", in, pooled, 1)));
    }

    private static Part halving6(Parameters.Path at) {
        Place p = new Place(at);
        return beside(
                p.valid("branch3x3", 288, 384, 2),
                p.same("branch3x3dbl_1", 288, 64, 1)
                        .then(p.same("branch3x3dbl_2", 64, 96, 3))
                        .then(p.valid("branch3x3dbl_3", 96, 96, 2)),
                HALVED);
    }

    private static Part figure6(Parameters.Path at, int width) {
        Place p = new Place(at);
        return beside(
                p.same("branch1x1", 768, 192, 1),
                p.same("branch7x7_1", 768, width, 1)
                        .then(p.same("branch7x7_2", width, width, 1, 7))
                        .then(p.same("branch7x7_3", width, 192, 7, 1)),
                p.same("branch7x7dbl_1", 768, width, 1)
                        .then(p.same("branch7x7dbl_2", width, width, 7, 1))
                        .then(p.same("branch7x7dbl_3", width, width, 1, 7))
                        .then(p.same("branch7x7dbl_4", width, width, 7, 1))
                        .then(p.same("branch7x7dbl_5", width, 192, 1, 7)),
                AVERAGE.then(p.same("branch_pool", 768, 192, 1)));
    }

    private static Part halving7(Parameters.Path at) {
        Place p = new Place(at);
        return beside(
                p.same("branch3x3_1", 768, 192, 1).then(p.valid("branch3x3_2", 192, 320, 2)),
                p.same("branch7x7x3_1", 768, 192, 1)
                        .then(p.same("branch7x7x3_2", 192, 192, 1, 7))
                        .then(p.same("branch7x7x3_3", 192, 192, 7, 1))
                        .then(p.valid("branch7x7x3_4", 192, 192, 2)),
                HALVED);
    }

    private static Part figure7(Parameters.Path at, int in, Part pool) {
        Place p = new Place(at);
        return beside(
                p.same("branch1x1", in, 320, 1),
                p.same("branch3x3_1", in, 384, 1)
                        .then(beside(p.same("branch3x3_2a", 384, 384, 1, 3), p.same("branch3x3_2b", 384, 384, 3, 1))),
                p.same("branch3x3dbl_1", in, 448, 1)
                        .then(p.same("branch3x3dbl_2", 448, 384, 3))
                        .then(beside(
                                p.same("branch3x3dbl_3a", 384, 384, 1, 3), p.same("branch3x3dbl_3b", 384, 384, 3, 1))),
                pool.then(p.same("branch_pool", in, 192, 1)));
    }

    /** The parameters, borrowed; statistics of the batch norms are among them. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * The features of the last pool, 2048; the logits without the last layer's bias, 1008, as the Inception Score uses them; and where
     * things are, for sFID: the first 7 channels of the 17×17 that TensorFlow calls {@code mixed_6/conv}, which are those of Mixed_6d, as
     * in the evaluation of guided-diffusion.
     *
     * @param pixels uint8 or float {@code [batch, 1 or 3, height, width]} in [0, 255]; grey counts for all three colours
     */
    public Features of(Tensor pixels, InceptionInput input) {
        try (CloseGuard.Use use = parameters.use()) {
            Tensor both = Scoped.result(() -> {
                List<Tensor> outputs = outputs(pixels, input);
                Tensor pooled = outputs.get(outputs.size() - 1).mean(2, 3);
                Tensor places =
                        outputs.get(MIXED_6D).narrow(1, 0, SPATIAL_CHANNELS).flatten(1, -1);
                return torch.cat(new TensorVector(pooled, places), 1);
            });
            Tensor vectors = both.narrow(1, 0, DIMS);
            Tensor logits = vectors.mm(parameters.get("fc.weight").value().t());
            return new Features(vectors, logits, both.narrow(1, DIMS, SPATIAL_DIMS));
        }
    }

    /** What comes out of each stage: 64, 192, 768, 768 and 2048 channels. */
    List<Tensor> outputs(Tensor pixels, InceptionInput input) {
        require(
                pixels.dim() == 4 && (pixels.size(1) == 1 || pixels.size(1) == 3),
                "Inception needs [batch, 1 or 3, height, width], was given %s",
                Arrays.toString(pixels.sizes().vec().get()));
        Tensor colours = pixels.to(ScalarType.Float).expand(-1, 3, pixels.size(2), pixels.size(3));
        Tensor h = Layout.ofImage(input.of(colours));
        List<Tensor> outputs = new ArrayList<>();
        for (Part stage : stages) {
            h = stage.of(h);
            outputs.add(h);
        }
        return outputs;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
