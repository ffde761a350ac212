package org.diffusion4j.nn.unet;

/**
 * What diffusers' name of a block type says.
 *
 * @param attends whether residual blocks are followed by attention
 * @param skips whether a small image travels beside the features (NCSN++)
 * @param resnetResampling whether the size is changed by a residual block instead of a convolution
 */
record LevelKind(boolean attends, boolean skips, boolean resnetResampling) {

    /** @param resamplingType the configuration's {@code conv} or {@code resnet}, which plain blocks do not read in diffusers */
    static LevelKind of(String blockType, ResampleType resamplingType) {
        boolean attends = blockType.startsWith("Attn");
        return new LevelKind(
                attends,
                blockType.contains("Skip"),
                blockType.startsWith("Resnet") || (attends && resamplingType == ResampleType.RESNET));
    }

    /** What residual sums are divided by. */
    double divisor() {
        return skips ? Math.sqrt(2) : 1;
    }
}
