package org.diffusion4j.diffusers.weights;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * The modules of U-Net and autoencoder as the code of latent diffusion names them (CompVis, later Stability AI), beside diffusers' names.
 *
 * <p>That U-Net counts its blocks from top to bottom through all levels: each level has its residual blocks, then, but for the last, one
 * that halves the size. On the way up each level has one block more, whose last part doubles the size.
 */
final class CompVisNames {

    private static final Map<String, String> RESNET = Map.of(
            "in_layers.0", "norm1",
            "in_layers.2", "conv1",
            "emb_layers.1", "time_emb_proj",
            "out_layers.0", "norm2",
            "out_layers.3", "conv2",
            "skip_connection", "conv_shortcut");

    private static final Map<String, String> ATTENTION =
            Map.of("norm", "group_norm", "q", "to_q", "k", "to_k", "v", "to_v", "proj_out", "to_out.0");

    private CompVisNames() {}

    /**
     * Of a U-Net.
     *
     * @param levels the sizes of its features
     * @param layers the residual blocks of each level on the way down
     */
    static NameTable unet(int levels, int layers) {
        NameTable table = new NameTable();
        table.add("time_embed.0", "time_embedding.linear_1");
        table.add("time_embed.2", "time_embedding.linear_2");
        table.add("label_emb.0.0", "add_embedding.linear_1");
        table.add("label_emb.0.2", "add_embedding.linear_2");
        table.add("input_blocks.0.0", "conv_in");
        for (int level = 0; level < levels; level++) {
            int first = 1 + level * (layers + 1);
            String down = "down_blocks." + level;
            String up = "up_blocks." + level;
            for (int place = 0; place < layers; place++) {
                block(table, "input_blocks." + (first + place), down, place);
            }
            if (level < levels - 1) {
                table.add("input_blocks." + (first + layers) + ".0.op", down + ".downsamplers.0.conv");
            }
            for (int place = 0; place <= layers; place++) {
                block(table, "output_blocks." + (first - 1 + place), up, place);
            }
            if (level < levels - 1) {
                String last = "output_blocks." + (first - 1 + layers);
                table.add(last + ".1.conv", up + ".upsamplers.0.conv"); // of a level without attention
                table.add(last + ".2.conv", up + ".upsamplers.0.conv");
            }
        }
        resnet(table, "middle_block.0", "mid_block.resnets.0");
        table.add("middle_block.1", "mid_block.attentions.0");
        resnet(table, "middle_block.2", "mid_block.resnets.1");
        table.add("out.0", "conv_norm_out");
        table.add("out.2", "conv_out");
        return table;
    }

    private static void block(NameTable table, String theirs, String level, int place) {
        resnet(table, theirs + ".0", level + ".resnets." + place);
        table.add(theirs + ".1", level + ".attentions." + place);
    }

    private static void resnet(NameTable table, String theirs, String ours) {
        RESNET.forEach((their, our) -> table.add(theirs + "." + their, ours + "." + our));
    }

    /**
     * Of an autoencoder, whose residual blocks have diffusers' names but for the shortcut.
     *
     * @param levels the sizes of its features
     * @param layers the residual blocks of each level of the encoder
     */
    static NameTable vae(int levels, int layers) {
        NameTable table = new NameTable();
        for (String same : List.of("quant_conv", "post_quant_conv")) {
            table.add(same, same);
        }
        for (String coder : List.of("encoder.", "decoder.")) {
            table.add(coder + "conv_in", coder + "conv_in");
            residual(table, coder + "mid.block_1", coder + "mid_block.resnets.0");
            ATTENTION.forEach(
                    (their, our) -> table.add(coder + "mid.attn_1." + their, coder + "mid_block.attentions.0." + our));
            residual(table, coder + "mid.block_2", coder + "mid_block.resnets.1");
            table.add(coder + "norm_out", coder + "conv_norm_out");
            table.add(coder + "conv_out", coder + "conv_out");
        }
        for (int level = 0; level < levels; level++) {
            String down = "encoder.down_blocks." + level;
            String up = "decoder.up_blocks." + (levels - 1 - level); // theirs are counted from the largest pictures
            for (int place = 0; place <= layers; place++) {
                if (place < layers) {
                    residual(table, "encoder.down." + level + ".block." + place, down + ".resnets." + place);
                }
                residual(table, "decoder.up." + level + ".block." + place, up + ".resnets." + place);
            }
            table.add("encoder.down." + level + ".downsample.conv", down + ".downsamplers.0.conv");
            table.add("decoder.up." + level + ".upsample.conv", up + ".upsamplers.0.conv");
        }
        return table;
    }

    private static void residual(NameTable table, String theirs, String ours) {
        for (String same : List.of("norm1", "conv1", "norm2", "conv2")) {
            table.add(theirs + "." + same, ours + "." + same);
        }
        table.add(theirs + ".nin_shortcut", ours + ".conv_shortcut");
    }

    /** How many of {@code prefix0.}, {@code prefix1.} … the names have, without a gap. */
    static int count(Iterable<String> names, String prefix) {
        BitSet found = new BitSet();
        for (String name : names) {
            if (name.startsWith(prefix)) {
                String number = name.substring(prefix.length()).split("\\.", 2)[0];
                if (number.matches("\\d{1,4}")) {
                    found.set(Integer.parseInt(number));
                }
            }
        }
        return found.nextClearBit(0);
    }
}
