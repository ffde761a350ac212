package org.diffusion4j.image.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.diffusion4j.data.DataSplit;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.Subset;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.TinyModel;
import org.diffusion4j.process.continuous.ProcessSettings;
import org.diffusion4j.process.continuous.ProcessSettings.Kind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The likelihood by the ODE")
class KeptBitsTest {

    private static final ImageDataset IMAGES = new Subset(
            Datasets.open("glyphs", DataSplit.TRAIN, ReadOptions.DEFAULT),
            IntStream.range(0, 6).toArray());
    private static final OdeBitsPerDim.Settings SETTINGS = new OdeBitsPerDim.Settings(5, 2, 3, 2, 0.1);

    @TempDir
    private Path cache;

    @Test
    void goes_on_after_the_last_batch_that_was_finished_and_finds_the_same() {
        try (DiffusionModel model = TinyModel.of(28, 0, SchedulerConfig.continuous(ProcessSettings.of(Kind.VP)))) {
            long before = model.networkCalls();
            OdeBitsPerDim whole = OdeBitsPerDim.of(model, IMAGES, SETTINGS, null, (done, total) -> {});
            long all = model.networkCalls() - before;

            KeptBits kept = KeptBits.of(cache, "hash", model, IMAGES, SETTINGS);
            assertThatThrownBy(() -> OdeBitsPerDim.of(model, IMAGES, SETTINGS, kept, (done, total) -> {
                        assertThat(total).isEqualTo(600); // 3 batches of 2 probes
                        if (done > 400) {
                            throw new CancellationException();
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(kept.read()).hasSize(2);
            before = model.networkCalls();
            assertThat(OdeBitsPerDim.of(model, IMAGES, SETTINGS, kept, (done, total) -> {}))
                    .isEqualTo(whole);
            assertThat(model.networkCalls() - before).as("the last image alone").isBetween(1L, all / 3);

            before = model.networkCalls();
            assertThat(OdeBitsPerDim.of(model, IMAGES, SETTINGS, kept, (done, total) -> {}))
                    .isEqualTo(whole);
            assertThat(model.networkCalls()).isEqualTo(before);
        }
    }

    @Test
    void is_kept_apart_for_every_model_set_of_images_and_setting() {
        try (DiffusionModel model = TinyModel.of(28, 0)) {
            assertThat(KeptBits.of(cache, "hash", model, IMAGES, SETTINGS))
                    .isEqualTo(KeptBits.of(cache, "hash", model, IMAGES, SETTINGS))
                    .isNotEqualTo(KeptBits.of(cache, "other", model, IMAGES, SETTINGS))
                    .isNotEqualTo(
                            KeptBits.of(cache, "hash", model, new Subset(IMAGES, new int[] {0, 1, 2, 3, 5}), SETTINGS))
                    .isNotEqualTo(
                            KeptBits.of(cache, "hash", model, IMAGES, new OdeBitsPerDim.Settings(5, 2, 4, 2, 0.1)));
        }
    }
}
