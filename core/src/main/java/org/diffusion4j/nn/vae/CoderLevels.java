package org.diffusion4j.nn.vae;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.nn.Activation;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Conv2d;
import org.diffusion4j.nn.Divisors;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.GroupNorm;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.unet.AttentionBlock;
import org.diffusion4j.nn.unet.Downsample;
import org.diffusion4j.nn.unet.Resampling;
import org.diffusion4j.nn.unet.ResnetBlock;
import org.diffusion4j.nn.unet.Upsample;
import org.jspecify.annotations.Nullable;

/**
 * The levels that encoder and decoder of an autoencoder share: residual blocks at each size, attention at the smallest (Rombach et al.,
 * "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022, appendix G). No block receives a time.
 *
 * @param widths the channels of each level, the largest pictures first
 * @param layers the residual blocks of each level of the encoder; the decoder has one more
 * @param groups of every norm
 * @param attends whether the middle block attends
 */
record CoderLevels(List<Integer> widths, int layers, int groups, boolean attends, Activation activation) {

    private static final double EPS = 1e-6; // of all norms
    private static final int MOST_LEVELS = 16;
    private static final int MOST = 1 << 16; // channels and layers: beyond what any network has

    /** The keys of a configuration that name the blocks of each level, and the one kind there is. */
    private static final Map<String, String> BLOCKS =
            Map.of("down_block_types", "DownEncoderBlock2D", "up_block_types", "UpDecoderBlock2D");

    CoderLevels {
        require(
                !widths.isEmpty() && widths.size() <= MOST_LEVELS,
                "block_out_channels must name 1 to %s levels, were %s",
                MOST_LEVELS,
                widths.size());
        within("layers_per_block", layers);
        within("norm_num_groups", groups);
        for (int width : widths) {
            within("block_out_channels", width);
            require(
                    width % groups == 0,
                    "norm_num_groups %s does not divide block_out_channels %s; the nearest that do are %s",
                    groups,
                    width,
                    Divisors.nearest(width, groups));
        }
    }

    static void within(String key, int value) {
        require(value >= 1 && value <= MOST, "%s must lie between 1 and %s, was %s", key, MOST, value);
    }

    /**
     * A configuration without the keys that name the blocks of each level, which follow from the number of levels.
     *
     * @throws FormatException if they name other blocks
     */
    static Map<String, @Nullable Object> withoutBlocks(Map<String, ?> config, String source) {
        Map<String, @Nullable Object> rest = new TreeMap<>();
        config.keySet().forEach(key -> rest.put(key, config.get(key)));
        int levels = config.get("block_out_channels") instanceof List<?> widths ? widths.size() : 1;
        BLOCKS.forEach((key, block) -> {
            List<String> only = IntStream.range(0, levels).mapToObj(i -> block).toList();
            if (rest.containsKey(key) && !only.equals(rest.remove(key))) {
                throw new FormatException(source + ": '" + key + "' is " + config.get(key) + "; for " + levels
                        + " levels only " + only + " is supported");
            }
        });
        return rest;
    }

    /** The keys that {@link #withoutBlocks} takes away. */
    Map<String, List<String>> blocks() {
        Map<String, List<String>> blocks = new TreeMap<>();
        BLOCKS.forEach((key, block) ->
                blocks.put(key, widths.stream().map(width -> block).toList()));
        return blocks;
    }

    /** By how much the encoder shrinks each side. */
    int factor() {
        return 1 << (widths.size() - 1);
    }

    /** From pictures of {@code in} channels to features of {@code out}. */
    Block encoder(Parameters.Path at, int in, int out) {
        int last = widths.size() - 1;
        Block encoder = convolution(Conv2d.same(at.to("conv_in"), in, widths.get(0)));
        for (int level = 0; level <= last; level++) {
            Parameters.Path here = at.to("down_blocks." + level);
            int width = widths.get(level);
            for (int i = 0; i < layers; i++) {
                int above = i == 0 && level > 0 ? widths.get(level - 1) : width;
                encoder = encoder.then(resnet(here.to("resnets." + i), above, width));
            }
            if (level < last) {
                encoder = encoder.then(new Downsample(here.to("downsamplers.0"), width, 0));
            }
        }
        return encoder.then(middle(at.to("mid_block"))).then(output(at, widths.get(last), out));
    }

    /** From features of {@code in} channels to pictures of {@code out}. */
    Block decoder(Parameters.Path at, int in, int out) {
        int last = widths.size() - 1;
        Block decoder =
                convolution(Conv2d.same(at.to("conv_in"), in, widths.get(last))).then(middle(at.to("mid_block")));
        for (int level = last; level >= 0; level--) {
            Parameters.Path here = at.to("up_blocks." + (last - level));
            int width = widths.get(level);
            for (int i = 0; i <= layers; i++) {
                int below = i == 0 && level < last ? widths.get(level + 1) : width;
                decoder = decoder.then(resnet(here.to("resnets." + i), below, width));
            }
            if (level > 0) {
                decoder = decoder.then(new Upsample(here.to("upsamplers.0"), width));
            }
        }
        return decoder.then(output(at, widths.get(0), out));
    }

    private Block middle(Parameters.Path at) {
        int width = widths.get(widths.size() - 1);
        Block middle = resnet(at.to("resnets.0"), width, width);
        if (attends) {
            middle = middle.then(new AttentionBlock(at.to("attentions.0"), width, width, groups, EPS, 1)); // one head
        }
        return middle.then(resnet(at.to("resnets.1"), width, width));
    }

    private ResnetBlock resnet(Parameters.Path at, int in, int out) {
        ResnetBlock.Style style = new ResnetBlock.Style(0, EPS, activation, false, new Dropout(0));
        return new ResnetBlock(at, style, in, out, groups, groups, Resampling.NONE, false, 1);
    }

    private Block output(Parameters.Path at, int in, int out) {
        GroupNorm norm = new GroupNorm(at.to("conv_norm_out"), in, groups, EPS);
        Conv2d conv = Conv2d.same(at.to("conv_out"), in, out);
        return (x, time) -> conv.apply(Activation.SILU.applyTo(norm.apply(x)));
    }

    private static Block convolution(Conv2d conv) {
        return (x, time) -> conv.apply(x);
    }

    /** Runs an encoder or a decoder; made in the caller's scope. */
    static Tensor run(Block coder, Tensor x) {
        return coder.apply(x, x); // no block looks at the second
    }
}
