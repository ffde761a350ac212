package org.diffusion4j.nn.unet;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Parameters;

/**
 * The parameters of OpenAI's {@code UNetModel} under the names that they have in {@link UNet2D}.
 *
 * <p>Their blocks are numbered through, ours by level. Their attention has queries, keys and values in one layer: within each head in
 * the legacy order, over all heads in the new one.
 */
public final class OpenAiNames {

    private static final Map<String, String> RESNET = Map.of(
            "in_layers.0", "norm1",
            "in_layers.2", "conv1",
            "emb_layers.1", "time_emb_proj",
            "out_layers.0", "norm2",
            "out_layers.3", "conv2",
            "skip_connection", "conv_shortcut");

    private final OpenAiUNetConfig config;
    private final Map<String, String> layers = new HashMap<>(); // theirs → ours
    private final Map<String, Attention> attentions = new HashMap<>(); // by the path of qkv

    /** An attention's path and its number of heads by channels. */
    private record Attention(String path, IntUnaryOperator heads) {}

    public OpenAiNames(OpenAiUNetConfig config) {
        this(config, false);
    }

    private OpenAiNames(OpenAiUNetConfig config, boolean encoder) {
        this.config = config;
        layers.put("time_embed.0", "time_embedding.linear_1");
        layers.put("time_embed.2", "time_embedding.linear_2");
        layers.put("label_emb", "class_embedding");
        layers.put("input_blocks.0.0", "conv_in");
        down();
        resnet("middle_block.0", "mid_block.resnets.0");
        attention("middle_block.1", "mid_block.attentions.0", config::heads);
        resnet("middle_block.2", "mid_block.resnets.1");
        if (!encoder) {
            up();
            layers.put("out.0", "conv_norm_out");
            layers.put("out.2", "conv_out");
        }
    }

    /** Those of {@code EncoderUNetModel}, as in {@link EncoderUNet}, whose pool has their names. */
    public static OpenAiNames ofEncoder(OpenAiUNetConfig config) {
        return new OpenAiNames(config, true);
    }

    private void down() {
        int number = 1;
        int last = config.channelMult().size() - 1;
        for (int level = 0; level <= last; level++) {
            String ours = "down_blocks." + level;
            for (int i = 0; i < config.numResBlocks(); i++) {
                String theirs = "input_blocks." + number++;
                resnet(theirs + ".0", ours + ".resnets." + i);
                if (config.attends(level)) {
                    attention(theirs + ".1", ours + ".attentions." + i, config::heads);
                }
            }
            if (level < last) {
                resampling("input_blocks." + number++ + ".0", ".op", ours + ".downsamplers.0");
            }
        }
    }

    private void up() {
        int number = 0;
        for (int level = config.channelMult().size() - 1; level >= 0; level--) {
            String ours = "up_blocks." + (config.channelMult().size() - 1 - level);
            for (int i = 0; i <= config.numResBlocks(); i++) {
                String theirs = "output_blocks." + number++;
                resnet(theirs + ".0", ours + ".resnets." + i);
                if (config.attends(level)) {
                    attention(theirs + ".1", ours + ".attentions." + i, config::headsUp);
                }
                if (level > 0 && i == config.numResBlocks()) {
                    String after = config.attends(level) ? ".2" : ".1";
                    resampling(theirs + after, ".conv", ours + ".upsamplers.0");
                }
            }
        }
    }

    private void resnet(String theirs, String ours) {
        RESNET.forEach((layer, name) -> layers.put(theirs + "." + layer, ours + "." + name));
    }

    private void attention(String theirs, String ours, IntUnaryOperator heads) {
        layers.put(theirs + ".norm", ours + ".group_norm");
        layers.put(theirs + ".proj_out", ours + ".to_out.0");
        attentions.put(theirs + ".qkv", new Attention(ours, heads));
    }

    private void resampling(String theirs, String convolution, String ours) {
        if (config.resblockUpdown()) {
            resnet(theirs, ours);
        } else {
            layers.put(theirs + convolution, ours + ".conv");
        }
    }

    /** Our name of a parameter that is one of ours as it stands; an unknown name is returned as it is. */
    public String ours(String theirs) {
        int dot = theirs.lastIndexOf('.');
        String layer = dot < 0 ? null : layers.get(theirs.substring(0, dot));
        return layer == null ? theirs : layer + theirs.substring(dot);
    }

    /**
     * The weights as {@link Parameters#load} takes them, which says of a name that is not known what is wrong with it.
     *
     * @param theirs borrowed
     * @return the given tensors, or views and parts of them made in the caller's scope
     */
    public Map<String, Tensor> ours(Map<String, Tensor> theirs) {
        Map<String, Tensor> ours = new LinkedHashMap<>();
        theirs.forEach((name, tensor) -> {
            int dot = Math.max(0, name.lastIndexOf('.'));
            Attention attention = attentions.get(name.substring(0, dot));
            if (attention == null) {
                ours.put(ours(name), asLinear(tensor));
            } else {
                String[] parts = {".to_q", ".to_k", ".to_v"};
                for (int i = 0; i < parts.length; i++) {
                    ours.put(attention.path + parts[i] + name.substring(dot), part(tensor, i, attention.heads));
                }
            }
        });
        return ours;
    }

    /** The queries (0), keys (1) or values (2) of all heads. */
    private Tensor part(Tensor qkv, int i, IntUnaryOperator heads) {
        long channels = qkv.size(0) / 3;
        Tensor rows = asLinear(qkv).reshape(qkv.size(0), -1);
        Tensor part = config.useNewAttentionOrder()
                ? rows.narrow(0, i * channels, channels)
                : rows.reshape(heads.applyAsInt((int) channels), 3, -1, rows.size(1))
                        .select(1, i)
                        .reshape(channels, -1);
        return qkv.dim() == 1 ? part.flatten() : part;
    }

    /** Their projections over pixels are convolutions over a line. */
    private static Tensor asLinear(Tensor weight) {
        return weight.dim() == 3 ? weight.flatten(1, 2) : weight;
    }
}
