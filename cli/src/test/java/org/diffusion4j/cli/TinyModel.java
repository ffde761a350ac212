package org.diffusion4j.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.ModelCard;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;

/** A network that has learned nothing: 8×8 gray pictures, two classes; or digits of the size and classes of glyphs. */
final class TinyModel {

    private TinyModel() {}

    static Path in(Path folder) {
        return save(folder.resolve("model"), Map.of("num_class_embeds", 2), List.of("cat", "dog"));
    }

    static Path withoutClasses(Path folder) {
        return save(folder.resolve("plain"), Map.of(), List.of());
    }

    static Path ofGlyphs(Path folder) {
        List<String> digits = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        return save(folder.resolve("digits"), Map.of("sample_size", 28, "num_class_embeds", 11), digits);
    }

    static Path digitsWithoutClasses(Path folder) {
        return save(folder.resolve("plain-digits"), Map.of("sample_size", 28), List.of());
    }

    private static Path save(Path folder, Map<String, ?> changes, List<String> labels) {
        UNet2DConfig config = UNet2DConfig.defaults()
                .with(Map.of(
                        "sample_size", 8,
                        "in_channels", 1,
                        "out_channels", 1,
                        "block_out_channels", List.of(8),
                        "down_block_types", List.of("DownBlock2D"),
                        "up_block_types", List.of("UpBlock2D"),
                        "layers_per_block", 1,
                        "norm_num_groups", 2,
                        "add_attention", false))
                .with(changes);
        try (DiffusionModel model =
                new DiffusionModel(new UNet2D(config, 0), SchedulerConfig.ddpm(), new ModelCard(labels, Map.of()))) {
            model.save(folder, false);
        }
        return folder;
    }
}
