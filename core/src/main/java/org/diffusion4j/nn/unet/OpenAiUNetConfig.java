package org.diffusion4j.nn.unet;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.diffusion4j.engine.Records;
import org.diffusion4j.nn.Activation;
import org.jspecify.annotations.Nullable;

/**
 * What OpenAI's code (improved-diffusion, guided-diffusion) calls the settings of its {@code UNetModel}, and the {@link UNet2D} that
 * it is. Their weights are read through {@link OpenAiNames}.
 *
 * @param imageSize height and width; null where the code does not say
 * @param modelChannels the width of the first level
 * @param attentionResolutions the factors of downsampling, not the sizes, at which there is attention
 * @param channelMult the width of each level as a multiple of the first
 * @param convResample whether the size is changed by convolutions; nothing else is known here
 * @param dims 2 for images; nothing else is known here
 * @param useCheckpoint a way to save memory, passed over
 * @param useFp16 likewise
 * @param numHeads heads of attention, where {@code numHeadChannels} is −1
 * @param numHeadChannels the width of a head, or −1
 * @param numHeadsUpsample heads on the way up, or −1 for as many as on the way down
 * @param useScaleShiftNorm whether the time scales and shifts the second norm
 * @param resblockUpdown whether the size is changed by residual blocks
 * @param useNewAttentionOrder whether queries, keys and values lie side by side over all heads, not within each head
 */
public record OpenAiUNetConfig(
        @Nullable Integer imageSize,
        int inChannels,
        int modelChannels,
        int outChannels,
        int numResBlocks,
        List<Integer> attentionResolutions,
        double dropout,
        List<Integer> channelMult,
        boolean convResample,
        int dims,
        @Nullable Integer numClasses,
        boolean useCheckpoint,
        boolean useFp16,
        int numHeads,
        int numHeadChannels,
        int numHeadsUpsample,
        boolean useScaleShiftNorm,
        boolean resblockUpdown,
        boolean useNewAttentionOrder) {

    private static final int GROUPS = 32;

    public OpenAiUNetConfig {
        attentionResolutions = List.copyOf(attentionResolutions);
        channelMult = List.copyOf(channelMult);
        require(dims == 2, "dims must be 2, for images, was %s", dims);
        require(convResample, "conv_resample must be true");
        require(
                !channelMult.isEmpty() && channelMult.get(0) == 1,
                "channel_mult must begin with 1, the width of model_channels, was %s",
                channelMult);
    }

    /**
     * Reads the arguments of {@code UNetModel} in the code's own names; what is missing is as in the code.
     *
     * @param source where the map comes from, for messages
     * @throws org.diffusion4j.engine.FormatException if a key is not known or a value has the wrong type or is refused
     */
    public static OpenAiUNetConfig fromMap(Map<String, ?> arguments, String source) {
        OpenAiUNetConfig defaults = new OpenAiUNetConfig(
                null,
                3,
                128,
                3,
                2,
                List.of(),
                0,
                List.of(1, 2, 4, 8),
                true,
                2,
                null,
                false,
                false,
                1,
                -1,
                -1,
                false,
                false,
                false);
        return Records.SNAKE_CASE.read(defaults, arguments, source);
    }

    public OpenAiUNetConfig withImageSize(@Nullable Integer imageSize) {
        return Records.with(this, "imageSize", imageSize);
    }

    public OpenAiUNetConfig withInChannels(int inChannels) {
        return Records.with(this, "inChannels", inChannels);
    }

    public OpenAiUNetConfig withModelChannels(int modelChannels) {
        return Records.with(this, "modelChannels", modelChannels);
    }

    public OpenAiUNetConfig withOutChannels(int outChannels) {
        return Records.with(this, "outChannels", outChannels);
    }

    public OpenAiUNetConfig withNumResBlocks(int numResBlocks) {
        return Records.with(this, "numResBlocks", numResBlocks);
    }

    public OpenAiUNetConfig withAttentionResolutions(List<Integer> attentionResolutions) {
        return Records.with(this, "attentionResolutions", attentionResolutions);
    }

    public OpenAiUNetConfig withDropout(double dropout) {
        return Records.with(this, "dropout", dropout);
    }

    public OpenAiUNetConfig withChannelMult(List<Integer> channelMult) {
        return Records.with(this, "channelMult", channelMult);
    }

    public OpenAiUNetConfig withConvResample(boolean convResample) {
        return Records.with(this, "convResample", convResample);
    }

    public OpenAiUNetConfig withDims(int dims) {
        return Records.with(this, "dims", dims);
    }

    public OpenAiUNetConfig withNumClasses(@Nullable Integer numClasses) {
        return Records.with(this, "numClasses", numClasses);
    }

    public OpenAiUNetConfig withUseCheckpoint(boolean useCheckpoint) {
        return Records.with(this, "useCheckpoint", useCheckpoint);
    }

    public OpenAiUNetConfig withUseFp16(boolean useFp16) {
        return Records.with(this, "useFp16", useFp16);
    }

    public OpenAiUNetConfig withNumHeads(int numHeads) {
        return Records.with(this, "numHeads", numHeads);
    }

    public OpenAiUNetConfig withNumHeadChannels(int numHeadChannels) {
        return Records.with(this, "numHeadChannels", numHeadChannels);
    }

    public OpenAiUNetConfig withNumHeadsUpsample(int numHeadsUpsample) {
        return Records.with(this, "numHeadsUpsample", numHeadsUpsample);
    }

    public OpenAiUNetConfig withUseScaleShiftNorm(boolean useScaleShiftNorm) {
        return Records.with(this, "useScaleShiftNorm", useScaleShiftNorm);
    }

    public OpenAiUNetConfig withResblockUpdown(boolean resblockUpdown) {
        return Records.with(this, "resblockUpdown", resblockUpdown);
    }

    public OpenAiUNetConfig withUseNewAttentionOrder(boolean useNewAttentionOrder) {
        return Records.with(this, "useNewAttentionOrder", useNewAttentionOrder);
    }

    /** The same network in diffusers' terms; where heads are counted, not measured, with {@code attention_heads} of our own. */
    public UNet2DConfig toUNet2D() {
        List<String> down = new ArrayList<>();
        List<String> up = new ArrayList<>();
        for (int level = 0; level < channelMult.size(); level++) {
            String kind = attends(level) ? "Attn%sBlock2D" : resblockUpdown ? "Resnet%ssampleBlock2D" : "%sBlock2D";
            down.add(kind.formatted("Down"));
            up.add(kind.formatted("Up"));
        }
        Collections.reverse(up);
        ResampleType resampling = resblockUpdown ? ResampleType.RESNET : ResampleType.CONV;
        return new UNet2DConfig(
                imageSize == null ? List.of() : List.of(imageSize),
                inChannels,
                outChannels,
                false,
                TimeEmbeddingType.POSITIONAL,
                null,
                0,
                true,
                down,
                "UNetMidBlock2D",
                up,
                channelMult.stream().map(multiple -> multiple * modelChannels).toList(),
                numResBlocks,
                1,
                1,
                resampling,
                resampling,
                dropout,
                Activation.SILU,
                numHeadChannels == -1 ? null : Integer.valueOf(numHeadChannels),
                numHeadChannels == -1 ? List.of(numHeads, headsUp()) : List.of(),
                GROUPS,
                GROUPS,
                1e-5,
                useScaleShiftNorm ? TimeShift.SCALE_SHIFT : TimeShift.DEFAULT,
                true,
                null,
                numClasses,
                null);
    }

    boolean attends(int level) {
        return attentionResolutions.contains(1 << level);
    }

    /** Heads of attention over so many channels on the way down and in the middle. */
    int heads(int channels) {
        return numHeadChannels == -1 ? numHeads : channels / numHeadChannels;
    }

    /** Heads of attention over so many channels on the way up. */
    int headsUp(int channels) {
        return numHeadChannels == -1 ? headsUp() : channels / numHeadChannels;
    }

    private int headsUp() {
        return numHeadsUpsample == -1 ? numHeads : numHeadsUpsample;
    }
}
