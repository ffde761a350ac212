package org.diffusion4j.nn.unet;

import java.util.Objects;
import org.diffusion4j.nn.Block;
import org.diffusion4j.nn.Dropout;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/** Makes the parts of one {@link UNet2D}, so that its levels say only how they differ. */
final class UNet2DLayers {

    private final UNet2DConfig config;
    private final ResnetBlock.Style style;

    UNet2DLayers(UNet2DConfig config, Dropout dropout) {
        this.config = config;
        style = new ResnetBlock.Style(
                config.timeWidth(),
                config.normEps(),
                config.actFn(),
                config.resnetTimeScaleShift() == TimeShift.SCALE_SHIFT,
                dropout);
    }

    /** The configured number of groups; levels with skip images have a quarter of the channels, whatever is configured. */
    int groups(LevelKind kind, int channels) {
        return kind.skips() ? quarter(channels) : groups(channels);
    }

    int groups(int channels) {
        return Objects.requireNonNullElseGet(config.normNumGroups(), () -> quarter(channels));
    }

    private static int quarter(int channels) {
        return Math.min(channels / 4, 32);
    }

    ResnetBlock resnet(Parameters.Path at, LevelKind kind, int in, int out, int groupsIn) {
        int groupsOut = groups(kind, out);
        return new ResnetBlock(at, style, in, out, groupsIn, groupsOut, Resampling.NONE, false, kind.divisor());
    }

    /** A residual block that changes the size; with skip images its shortcut has a convolution. */
    ResnetBlock resampling(Parameters.Path at, LevelKind kind, int channels, Resampling resampling) {
        int groups = groups(kind, channels);
        return new ResnetBlock(at, style, channels, channels, groups, groups, resampling, kind.skips(), kind.divisor());
    }

    AttentionBlock attention(Parameters.Path at, LevelKind kind, int channels, int headWidth) {
        Integer groups = kind.skips() ? Integer.valueOf(32) : config.normNumGroups();
        return attention(at, channels, headWidth, groups, kind.divisor());
    }

    /** Residual block, attention, residual block; with scale-shift the attention has a norm only if one is configured. */
    Block middle(Parameters.Path at, int channels) {
        int groups = groups(channels);
        Integer attentionGroups = style.scaleShift()
                ? config.attnNormNumGroups()
                : Objects.requireNonNullElse(config.attnNormNumGroups(), groups);
        double divisor = config.midBlockScaleFactor();
        Block middle = middleResnet(at.to("resnets.0"), channels, groups, divisor);
        if (config.addAttention()) {
            int headWidth = config.headWidthDown(channels);
            middle = middle.then(attention(at.to("attentions.0"), channels, headWidth, attentionGroups, divisor));
        }
        return middle.then(middleResnet(at.to("resnets.1"), channels, groups, divisor));
    }

    private ResnetBlock middleResnet(Parameters.Path at, int channels, int groups, double divisor) {
        return new ResnetBlock(at, style, channels, channels, groups, groups, Resampling.NONE, false, divisor);
    }

    private AttentionBlock attention(
            Parameters.Path at, int channels, int headWidth, @Nullable Integer groups, double divisor) {
        return new AttentionBlock(at, channels, headWidth, groups, config.normEps(), divisor);
    }
}
