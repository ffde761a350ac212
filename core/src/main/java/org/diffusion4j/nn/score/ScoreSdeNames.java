package org.diffusion4j.nn.score;

import static org.diffusion4j.engine.Require.require;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;
import org.jspecify.annotations.Nullable;

/**
 * The settings and the parameters of the {@code NCSNpp} and the {@code DDPM} of score_sde_pytorch, as those of a {@link ScoreUNet}. Their
 * modules are numbered through in the order of construction.
 */
public final class ScoreSdeNames {

    private static final String PREFIX = "all_modules.";
    private static final Map<String, String> BLOCK = Map.of(
            "GroupNorm_0", "norm1",
            "Conv_0", "conv1",
            "Dense_0", "time_emb_proj",
            "GroupNorm_1", "norm2",
            "Conv_1", "conv2",
            "Conv_2", "conv_shortcut",
            "NIN_0", "conv_shortcut");
    private static final Map<String, String> ATTENTION =
            Map.of("GroupNorm_0", "group_norm", "NIN_0", "to_q", "NIN_1", "to_k", "NIN_2", "to_v", "NIN_3", "to_out.0");

    private final ScoreUNetConfig config;
    private final Map<String, String> layers = new HashMap<>(); // theirs → ours
    private int number;

    public ScoreSdeNames(ScoreUNetConfig config) {
        this.config = config;
        if (config.noiseEmbedding() == NoiseEmbedding.FOURIER_LOG) {
            layer("", "noise_features");
        }
        if (config.conditional()) {
            layer("", "time_embedding.linear_1");
            layer("", "time_embedding.linear_2");
        }
        layer("", "conv_in");
        down();
        resnet("mid_block.resnets.0");
        attention("mid_block.attentions.0");
        resnet("mid_block.resnets.1");
        up();
        if (!config.outputSkip()) {
            layer("", "conv_norm_out");
            layer("", "conv_out");
        }
    }

    private void down() {
        for (int level = 0; level <= config.lastLevel(); level++) {
            String ours = "down_blocks." + level;
            for (int i = 0; i < config.layersPerBlock(); i++) {
                resnet(ours + ".resnets." + i);
                if (config.attends(level)) {
                    attention(ours + ".attentions." + i);
                }
            }
            if (level < config.lastLevel()) {
                resampling(ours + ".downsampler");
                if (config.inputPath() != InputPath.NONE) {
                    layer(config.inputPath() == InputPath.RESIDUAL ? ".Conv2d_0" : ".Conv_0", ours + ".skip_conv");
                }
            }
        }
    }

    private void up() {
        for (int level = config.lastLevel(); level >= 0; level--) {
            String ours = "up_blocks." + (config.lastLevel() - level);
            for (int i = 0; i <= config.layersPerBlock(); i++) {
                resnet(ours + ".resnets." + i);
            }
            if (config.attends(level)) {
                attention(ours + ".attentions." + config.layersPerBlock());
            }
            if (config.outputSkip()) {
                layer("", ours + ".skip_norm");
                layer("", ours + ".skip_conv");
            }
            if (level > 0) {
                resampling(ours + ".upsampler");
            }
        }
    }

    /** A module of one layer. */
    private void layer(String within, String ours) {
        layers.put(PREFIX + number++ + within, ours);
    }

    private void resnet(String ours) {
        BLOCK.forEach((layer, name) -> layers.put(PREFIX + number + "." + layer, ours + "." + name));
        number++;
    }

    private void attention(String ours) {
        ATTENTION.forEach((layer, name) -> layers.put(PREFIX + number + "." + layer, ours + "." + name));
        number++;
    }

    private void resampling(String ours) {
        if (config.blocks().resamplesInBlocks()) {
            resnet(ours);
        } else {
            layer(".Conv_0", ours + ".conv");
        }
    }

    /**
     * The network of a configuration's {@code model} and {@code data}, in the code's own names.
     *
     * @param model what builds the network; what is of processes and of training is passed over
     * @param data {@code image_size}, {@code num_channels} and {@code centered}
     * @param source where they come from, for messages
     * @throws FormatException if a value is missing or of the wrong type
     * @throws IllegalArgumentException if the code knows what this network does not
     */
    public static ScoreUNetConfig config(Map<String, ?> model, Map<String, ?> data, String source) {
        Reader from = new Reader(model, source);
        Reader of = new Reader(data, source);
        boolean ddpm = from.oneOf("name", "ncsnpp", "ddpm").equals("ddpm");
        boolean fourier =
                !ddpm && from.oneOf("embedding_type", "positional", "fourier").equals("fourier");
        boolean byBlocks =
                !ddpm && from.oneOf("resblock_type", "biggan", "ddpm").equals("biggan");
        require(
                from.oneOf("normalization", "GroupNorm").equals("GroupNorm")
                        && from.oneOf("nonlinearity", "swish").equals("swish"),
                "%s: normalization must be GroupNorm and nonlinearity swish",
                source);
        boolean divides = from.flag("scale_by_sigma");
        InputPath path = ddpm ? InputPath.NONE : path(from);
        if (ddpm) {
            from.mustBe("resamp_with_conv", true);
        } else {
            from.mustBe("skip_rescale", true);
            from.oneOf("attention_type", "ddpm");
            if (!byBlocks) {
                from.mustBe("resamp_with_conv", false);
            }
        }
        return new ScoreUNetConfig(
                of.number("image_size").intValue(),
                of.number("num_channels").intValue(),
                of.number("num_channels").intValue(),
                from.number("nf").intValue(),
                from.numbers("ch_mult"),
                from.number("num_res_blocks").intValue(),
                from.numbers("attn_resolutions"),
                from.number("dropout").doubleValue(),
                ddpm ? ScoreBlocks.DDPM : byBlocks ? ScoreBlocks.NCSNPP : ScoreBlocks.NCSNPP_FILTERED,
                fourier ? NoiseEmbedding.FOURIER_LOG : NoiseEmbedding.SINES,
                from.flag("conditional"),
                !ddpm && from.flag("fir"),
                path,
                !ddpm && from.oneOf("progressive", "none", "output_skip").equals("output_skip"),
                null,
                0,
                !of.flag("centered"),
                divides,
                divides && !fourier ? levels(from) : null);
    }

    private static InputPath path(Reader from) {
        String input = from.oneOf("progressive_input", "none", "input_skip", "residual");
        if (input.equals("input_skip")) {
            return from.oneOf("progressive_combine", "sum", "cat").equals("sum") ? InputPath.SUM : InputPath.CONCAT;
        }
        return input.equals("residual") ? InputPath.RESIDUAL : InputPath.NONE;
    }

    private static ScoreUNetConfig.Levels levels(Reader from) {
        return new ScoreUNetConfig.Levels(
                from.number("sigma_max").doubleValue(),
                from.number("sigma_min").doubleValue(),
                from.number("num_scales").intValue());
    }

    /**
     * The weights as {@link org.diffusion4j.nn.Parameters#load} takes them, which says of a name that is not known what is wrong with it.
     *
     * @param theirs borrowed; the buffer of sigmas is passed over, and so are layers of the time where the network does not receive it
     * @return the given tensors, or views and parts of them made in the caller's scope
     */
    public Map<String, Tensor> ours(Map<String, Tensor> theirs) {
        Map<String, Tensor> ours = new LinkedHashMap<>();
        theirs.forEach((prefixed, tensor) -> {
            String name = prefixed.replaceFirst("^module\\.", ""); // of DataParallel
            int dot = Math.max(0, name.lastIndexOf('.'));
            String layer = layers.get(name.substring(0, dot));
            boolean unused = !config.conditional() && name.contains(".Dense_0.");
            if (layer == null) {
                if (!name.equals("sigmas")) {
                    ours.put(name, tensor);
                }
            } else if (!unused) {
                String last = name.substring(dot + 1);
                ours.put(
                        layer + (last.equals("b") || last.equals("bias") ? ".bias" : ".weight"),
                        last.equals("W") && tensor.dim() == 2 ? asLayer(tensor, layer) : tensor);
            }
        });
        return ours;
    }

    /** Their linear layers over pixels have the inputs first. */
    private static Tensor asLayer(Tensor weight, String layer) {
        Tensor transposed = weight.t();
        return layer.endsWith("conv_shortcut") ? transposed.unsqueeze(-1).unsqueeze(-1) : transposed;
    }

    /** Typed values of a tree. */
    private record Reader(Map<String, ?> tree, String source) {

        private Object value(String key) {
            @Nullable Object value = tree.get(key);
            if (value == null) {
                throw new FormatException(source + ": '" + key + "' is missing");
            }
            return value;
        }

        Number number(String key) {
            return as(Number.class, key, "a number");
        }

        boolean flag(String key) {
            return as(Boolean.class, key, "true or false");
        }

        List<Integer> numbers(String key) {
            List<?> found = as(List.class, key, "a list of numbers");
            return found.stream().map(each -> ((Number) each).intValue()).toList();
        }

        String oneOf(String key, String... known) {
            String found = as(String.class, key, "a text");
            require(
                    List.of(known).contains(found),
                    "%s: %s must be %s, was '%s'",
                    source,
                    key,
                    String.join(" or ", known),
                    found);
            return found;
        }

        void mustBe(String key, boolean wanted) {
            require(flag(key) == wanted, "%s: %s must be %s for this network", source, key, wanted);
        }

        private <T> T as(Class<T> type, String key, String what) {
            Object found = value(key);
            if (!type.isInstance(found)) {
                throw new FormatException(source + ": '" + key + "' must be " + what + ", was " + found);
            }
            return type.cast(found);
        }
    }
}
