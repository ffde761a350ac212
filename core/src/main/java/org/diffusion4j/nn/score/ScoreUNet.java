package org.diffusion4j.nn.score;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.ImageInput;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Layout;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.diffusion4j.nn.PictureNetwork;
import org.diffusion4j.nn.TimeEmbedding;
import org.diffusion4j.nn.TimeFeatures;
import org.diffusion4j.nn.unet.ClassEmbedding;
import org.jspecify.annotations.Nullable;

/**
 * The U-Net of score SDEs (NCSN++, DDPM++, their DDPM) and of EDM (its SongUNet and its DhariwalUNet).
 *
 * <p>Song et al., "Score-Based Generative Modeling through Stochastic Differential Equations", ICLR 2021, appendix H; Karras et al.,
 * "Elucidating the Design Space of Diffusion-Based Generative Models", NeurIPS 2022, appendix F. Parameters have names as in
 * {@link org.diffusion4j.nn.unet.UNet2D}; weights of the authors' code are read through {@link ScoreSdeNames} and {@link EdmNames}.
 * What the number is that the network receives for the time, and what its output means, is for the process and the prediction to say.
 */
public final class ScoreUNet implements PictureNetwork {

    /** The name of how pictures were augmented, {@code [batch, augmentationWidth]}; may be left out, which is as zeros. */
    public static final String AUGMENTATION = "augmentation";

    private final ScoreUNetConfig config;
    private final Parameters parameters = new Parameters("the model");
    private final ScalarType dtype;
    private final Dropout dropout;

    private final TimeFeatures noiseFeatures;
    private final @Nullable TimeEmbedding timeEmbedding;
    private final @Nullable ClassEmbedding classes;
    private final @Nullable Parameter augmentation;
    private final Conv2d convIn;
    private final List<ScoreDownLevel> down = new ArrayList<>();
    private final Block middle;
    private final List<ScoreUpLevel> up = new ArrayList<>();
    private final @Nullable GroupNorm normOut;
    private final @Nullable Conv2d convOut;

    /** A new network in float32. */
    public ScoreUNet(ScoreUNetConfig config, long seed) {
        this(config, seed, ScalarType.Float);
    }

    /** A new network of that dtype, float32 or float64. */
    public ScoreUNet(ScoreUNetConfig config, long seed, ScalarType dtype) {
        this.config = config;
        this.dtype = dtype;
        dropout = new Dropout(config.dropout());
        ScoreUNetLayers make = new ScoreUNetLayers(config, dropout);
        Parameters.Path root = parameters.root();

        noiseFeatures = config.noiseEmbedding().of(root.to("noise_features"), config.channels());
        int featureWidth = noiseFeatures.width();
        timeEmbedding = config.conditional()
                ? new TimeEmbedding(root.to("time_embedding"), featureWidth, config.timeWidth())
                : null;
        classes = config.numClassEmbeds() == null
                ? null
                : ClassEmbedding.table(
                        root.to("class_embedding"),
                        config.numClassEmbeds(),
                        classesAfterTime() ? config.timeWidth() : featureWidth);
        augmentation = config.augmentationWidth() == 0
                ? null
                : root.to("augmentation").add("weight", Initialiser.ZEROS, featureWidth, config.augmentationWidth());

        Deque<Integer> kept = new ArrayDeque<>();
        convIn = Conv2d.same(root.to("conv_in"), config.inChannels(), config.width(0));
        kept.push(config.width(0));
        int width = config.width(0);
        int image = config.inChannels();
        for (int level = 0; level <= config.lastLevel(); level++) {
            ScoreDownLevel made =
                    new ScoreDownLevel(root.to("down_blocks." + level), config, make, level, width, image);
            down.add(made);
            for (int i = 0; i < config.layersPerBlock(); i++) {
                kept.push(config.width(level));
            }
            width = made.out();
            if (level < config.lastLevel()) {
                kept.push(width);
            }
            image = config.inputPath() == InputPath.RESIDUAL ? width : image;
        }
        middle = make.middle(root.to("mid_block"), width);
        for (int level = config.lastLevel(); level >= 0; level--) {
            int number = config.lastLevel() - level;
            up.add(new ScoreUpLevel(root.to("up_blocks." + number), config, make, level, width, kept));
            width = config.width(level);
        }
        normOut = config.outputSkip() ? null : make.norm(root.to("conv_norm_out"), width);
        convOut = config.outputSkip() ? null : Conv2d.zero(root.to("conv_out"), width, config.outChannels());
        parameters.allocate(seed, dtype);
    }

    @Override
    public ScoreUNetConfig config() {
        return config;
    }

    /**
     * {@inheritDoc}
     *
     * @param condition {@link Condition#CLASSES}, int64 {@code [batch]}, where the network has classes, and {@link #AUGMENTATION}
     * @throws IllegalArgumentException if the channels are not the network's, the size cannot be halved as its levels need, or labels
     *     are missing, not wanted or out of range
     */
    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        ImageInput.requireDivisible(x, config.inChannels(), 1L << config.lastLevel());
        condition.only(Condition.CLASSES, AUGMENTATION);
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> output(x, timesteps, condition));
        }
    }

    private Tensor output(Tensor x, Tensor timesteps, Condition condition) {
        Tensor t = timesteps.expand(x.size(0));
        Tensor time = time(t, condition);
        Tensor centred = config.centerInputSample() ? x.mul(new Scalar(2)).sub(new Scalar(1)) : x;
        Tensor image = Layout.ofImage(centred.to(arithmetic()));

        Deque<Tensor> kept = new ArrayDeque<>();
        ScoreDownLevel.Pair pair = new ScoreDownLevel.Pair(convIn.apply(image), image);
        kept.push(pair.features());
        for (ScoreDownLevel level : down) {
            pair = level.forward(pair, time, kept);
        }
        Tensor h = middle.apply(pair.features(), time);
        Tensor drawn = null;
        for (ScoreUpLevel level : up) {
            h = level.features(h, time, kept);
            drawn = level.image(h, drawn);
            h = level.grown(h, time);
        }
        Tensor output = normOut == null || convOut == null
                ? Objects.requireNonNull(drawn)
                : convOut.apply(torch.silu(normOut.apply(h)));
        return (config.dividesBySigma() ? output.div(sigmas(t)) : output)
                .to(dtype)
                .contiguous();
    }

    private ScalarType arithmetic() {
        Precision precision = parameters.compute().arithmetic();
        return precision == Precision.FLOAT32 ? dtype : precision.dtype(); // float64 in tests
    }

    /** The embedded noise level; of no meaning where no block receives it. */
    private Tensor time(Tensor t, Condition condition) {
        Tensor labels = condition.get(Condition.CLASSES);
        Tensor augmented = condition.get(AUGMENTATION);
        require(
                (labels == null) == (classes == null),
                classes == null
                        ? "the network has no classes, but labels were given"
                        : "the network is conditional: it needs a label for each sample");
        require(augmented == null || augmentation != null, "the network knows no augmentation, but was given one");
        if (timeEmbedding == null) {
            return t;
        }
        Tensor features = noiseFeatures.of(t, dtype);
        Tensor ofClass = classes == null || labels == null ? null : classes.of(labels, dtype);
        if (ofClass != null && !classesAfterTime()) {
            features = features.add(ofClass);
        }
        if (augmented != null && augmentation != null) {
            features =
                    features.add(augmented.to(dtype).matmul(augmentation.value().t()));
        }
        Tensor time = timeEmbedding.apply(features);
        return ofClass != null && classesAfterTime() ? time.add(ofClass) : time;
    }

    private boolean classesAfterTime() {
        return config.blocks() == ScoreBlocks.ADM;
    }

    private Tensor sigmas(Tensor t) {
        ScoreUNetConfig.Levels levels = config.levels();
        Tensor sigma = levels == null
                ? t
                : Tensors.of(levels.sigmas()).to(t.device(), dtype).index_select(0, t.to(ScalarType.Long));
        return sigma.to(dtype).view(-1, 1, 1, 1);
    }

    @Override
    public void train(long seed) {
        dropout.seed(seed);
    }

    @Override
    public void eval() {
        dropout.seed(null);
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
