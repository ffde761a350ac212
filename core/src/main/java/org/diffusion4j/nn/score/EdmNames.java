package org.diffusion4j.nn.score;

import static org.diffusion4j.engine.Require.require;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Records;
import org.jspecify.annotations.Nullable;

/**
 * The settings and the parameters of EDM's {@code SongUNet} and {@code DhariwalUNet}, as those of a {@link ScoreUNet}.
 *
 * <p>EDM's attention has queries, keys and values of a channel side by side in one layer. Its classes are a linear layer of one-hot
 * vectors: here a row for each class, and a last one for "no label".
 */
public final class EdmNames {

    private static final String LABELS = "map_label.";
    private static final String BUFFER = ".resample_filter";
    private static final Map<String, String> BLOCK = Map.of(
            "norm0", "norm1",
            "conv0", "conv1",
            "affine", "time_emb_proj",
            "norm1", "norm2",
            "conv1", "conv2",
            "skip", "conv_shortcut");

    private final ScoreUNetConfig config;
    private final Map<String, String> layers = new HashMap<>(); // theirs → ours
    private final Map<String, String> attentions = new HashMap<>(); // the path of qkv → our attention

    public EdmNames(ScoreUNetConfig config) {
        this.config = config;
        layers.put("map_noise", "noise_features");
        layers.put("map_augment", "augmentation");
        layers.put("map_layer0", "time_embedding.linear_1");
        layers.put("map_layer1", "time_embedding.linear_2");
        int last = config.lastLevel();
        layers.put(at("enc", 0) + "_conv", "conv_in");
        for (int level = 0; level <= last; level++) {
            String ours = "down_blocks." + level;
            for (int i = 0; i < config.layersPerBlock(); i++) {
                block(at("enc", level) + "_block" + i, ours, i);
            }
            if (level < last) {
                resnet(at("enc", level + 1) + "_down", ours + ".downsampler");
                layers.put(at("enc", level + 1) + "_aux_skip", ours + ".skip_conv");
                layers.put(at("enc", level + 1) + "_aux_residual", ours + ".skip_conv");
            }
        }
        block(at("dec", last) + "_in0", "mid_block", 0);
        block(at("dec", last) + "_in1", "mid_block", 1);
        for (int level = last; level >= 0; level--) {
            String ours = "up_blocks." + (last - level);
            for (int i = 0; i <= config.layersPerBlock(); i++) {
                block(at("dec", level) + "_block" + i, ours, i);
            }
            if (level > 0) {
                resnet(at("dec", level - 1) + "_up", ours + ".upsampler");
            }
            layers.put(at("dec", level) + "_aux_norm", config.outputSkip() ? ours + ".skip_norm" : "conv_norm_out");
            layers.put(at("dec", level) + "_aux_conv", config.outputSkip() ? ours + ".skip_conv" : "conv_out");
        }
        layers.put("out_norm", "conv_norm_out");
        layers.put("out_conv", "conv_out");
    }

    private String at(String way, int level) {
        int size = config.sampleSize() >> level;
        return way + "." + size + "x" + size;
    }

    private void block(String theirs, String ours, int number) {
        resnet(theirs, ours + ".resnets." + number);
        String attention = ours + ".attentions." + number;
        layers.put(theirs + ".norm2", attention + ".group_norm");
        layers.put(theirs + ".proj", attention + ".to_out.0");
        attentions.put(theirs + ".qkv", attention);
    }

    private void resnet(String theirs, String ours) {
        BLOCK.forEach((layer, name) -> layers.put(theirs + "." + layer, ours + "." + name));
    }

    /** The arguments of {@code SongUNet}. */
    private record Song(
            int imgResolution,
            int inChannels,
            int outChannels,
            int labelDim,
            int augmentDim,
            int modelChannels,
            List<Integer> channelMult,
            int numBlocks,
            List<Integer> attnResolutions,
            double dropout,
            String embeddingType,
            int channelMultNoise,
            String encoderType,
            String decoderType,
            List<Integer> resampleFilter) {}

    /** The arguments of {@code DhariwalUNet}. */
    private record Dhariwal(
            int imgResolution,
            int inChannels,
            int outChannels,
            int labelDim,
            int augmentDim,
            int modelChannels,
            List<Integer> channelMult,
            int numBlocks,
            List<Integer> attnResolutions,
            double dropout) {}

    /**
     * The network of a {@code SongUNet}'s arguments, in the code's own names; what is missing is as in the code.
     *
     * @param source where the map comes from, for messages
     * @throws org.diffusion4j.engine.FormatException if a key is not known or a value has the wrong type
     * @throws IllegalArgumentException if the code knows what this network does not
     */
    public static ScoreUNetConfig song(Map<String, ?> arguments, String source) {
        Song defaults = new Song(
                32,
                3,
                3,
                0,
                0,
                128,
                List.of(1, 2, 2, 2),
                4,
                List.of(16),
                0.1,
                "positional",
                1,
                "standard",
                "standard",
                List.of(1, 1));
        Song song = Records.SNAKE_CASE.read(defaults, arguments, source);
        boolean fourier = choice(source, "embedding_type", song.embeddingType, "positional", "fourier");
        choice(source, "decoder_type", song.decoderType, "standard", "skip");
        require(
                song.channelMultNoise == (fourier ? 2 : 1),
                "%s: channel_mult_noise must be 1 with embedding_type positional and 2 with fourier, was %s",
                source,
                song.channelMultNoise);
        require(
                song.resampleFilter.equals(List.of(1, 1)) || song.resampleFilter.equals(List.of(1, 3, 3, 1)),
                "%s: resample_filter must be [1, 1] or [1, 3, 3, 1], was %s",
                source,
                song.resampleFilter);
        InputPath path = Map.of("standard", InputPath.NONE, "skip", InputPath.SUM, "residual", InputPath.RESIDUAL)
                .get(song.encoderType);
        require(
                path != null,
                "%s: encoder_type must be standard, skip or residual, was '%s'",
                source,
                song.encoderType);
        return new ScoreUNetConfig(
                song.imgResolution,
                song.inChannels,
                song.outChannels,
                song.modelChannels,
                song.channelMult,
                song.numBlocks,
                song.attnResolutions,
                song.dropout,
                ScoreBlocks.NCSNPP,
                fourier ? NoiseEmbedding.FOURIER : NoiseEmbedding.SINES,
                true,
                song.resampleFilter.size() > 2,
                Objects.requireNonNull(path),
                song.decoderType.equals("skip"),
                song.labelDim == 0 ? null : Integer.valueOf(song.labelDim + 1),
                song.augmentDim,
                false,
                false,
                null);
    }

    private static boolean choice(String source, String key, String value, String first, String second) {
        require(
                value.equals(first) || value.equals(second),
                "%s: %s must be %s or %s, was '%s'",
                source,
                key,
                first,
                second,
                value);
        return value.equals(second);
    }

    /**
     * The network of a {@code DhariwalUNet}'s arguments, in the code's own names; what is missing is as in the code.
     *
     * @param source where the map comes from, for messages
     * @throws org.diffusion4j.engine.FormatException if a key is not known or a value has the wrong type
     */
    public static ScoreUNetConfig dhariwal(Map<String, ?> arguments, String source) {
        Dhariwal defaults = new Dhariwal(64, 3, 3, 0, 0, 192, List.of(1, 2, 3, 4), 3, List.of(32, 16, 8), 0.1);
        Dhariwal adm = Records.SNAKE_CASE.read(defaults, arguments, source);
        return new ScoreUNetConfig(
                adm.imgResolution,
                adm.inChannels,
                adm.outChannels,
                adm.modelChannels,
                adm.channelMult,
                adm.numBlocks,
                adm.attnResolutions,
                adm.dropout,
                ScoreBlocks.ADM,
                NoiseEmbedding.COSINES,
                true,
                false,
                InputPath.NONE,
                false,
                adm.labelDim == 0 ? null : Integer.valueOf(adm.labelDim + 1),
                adm.augmentDim,
                false,
                false,
                null);
    }

    /**
     * The weights as {@link org.diffusion4j.nn.Parameters#load} takes them, which says of a name that is not known what is wrong with it.
     *
     * @param theirs borrowed; buffers of filters among them are passed over
     * @return the given tensors, or views and parts of them made in the caller's scope
     */
    public Map<String, Tensor> ours(Map<String, Tensor> theirs) {
        Map<String, Tensor> ours = new LinkedHashMap<>();
        theirs.forEach((name, tensor) -> {
            int dot = Math.max(0, name.lastIndexOf('.'));
            String layer = name.substring(0, dot);
            String attention = attentions.get(layer);
            if (attention != null) {
                List<String> parts = List.of(".to_q", ".to_k", ".to_v");
                for (int i = 0; i < parts.size(); i++) {
                    ours.put(attention + parts.get(i) + name.substring(dot), part(tensor, i));
                }
            } else if (name.equals("map_noise.freqs")) {
                ours.put("noise_features.weight", tensor);
            } else if (!name.startsWith(LABELS) && !name.endsWith(BUFFER)) {
                String known = layers.get(layer);
                boolean projection = known != null && known.endsWith("to_out.0") && tensor.dim() == 4;
                ours.put(
                        known == null ? name : known + name.substring(dot), projection ? tensor.flatten(1, 3) : tensor);
            }
        });
        Tensor labels = theirs.get(LABELS + "weight");
        if (labels != null) {
            ours.put("class_embedding.weight", rows(labels, theirs.get(LABELS + "bias")));
        }
        return ours;
    }

    /** The queries (0), keys (1) or values (2) of all heads. */
    private static Tensor part(Tensor qkv, int i) {
        long channels = qkv.size(0) / 3;
        return qkv.dim() == 1
                ? qkv.view(channels, 3).select(1, i)
                : qkv.flatten(1, -1).view(channels, 3, -1).select(1, i);
    }

    /** A row for each class and one of zeros in its place; in SongUNet one-hot vectors have the length √classes. */
    private Tensor rows(Tensor weight, @Nullable Tensor bias) {
        Tensor rows = torch.constant_pad_nd(weight.t(), 0, 0, 0, 1);
        if (config.blocks() != ScoreBlocks.ADM) {
            rows = rows.mul(new Scalar(Math.sqrt(weight.size(1))));
        }
        return bias == null ? rows : rows.add(bias);
    }
}
