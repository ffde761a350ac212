package org.diffusion4j.image;

import java.util.List;
import java.util.Map;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;

/** A model that has learned nothing and is done in no time: one level of eight channels, grey pictures, no classes. */
public final class TinyModel {

    private TinyModel() {}

    /** With the scheduler of a DDPM; owned by the caller. */
    public static DiffusionModel of(int side, long seed) {
        return of(side, seed, SchedulerConfig.ddpm());
    }

    /** With any scheduler of timesteps; owned by the caller. */
    public static DiffusionModel of(int side, long seed, SchedulerConfig scheduler) {
        return new DiffusionModel(new UNet2D(config(side), seed), scheduler, ModelCard.EMPTY);
    }

    /** Its network. */
    static UNet2DConfig config(int side) {
        return UNet2DConfig.defaults()
                .with(Map.of(
                        "sample_size",
                        side,
                        "in_channels",
                        1,
                        "out_channels",
                        1,
                        "block_out_channels",
                        List.of(8),
                        "down_block_types",
                        List.of("DownBlock2D"),
                        "up_block_types",
                        List.of("UpBlock2D"),
                        "layers_per_block",
                        1,
                        "norm_num_groups",
                        2,
                        "add_attention",
                        false));
    }
}
