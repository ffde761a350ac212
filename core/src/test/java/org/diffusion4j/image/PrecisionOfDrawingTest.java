package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.Precision;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.guide.ClassifierFreeGuidance;
import org.diffusion4j.image.measure.DrawnPictures;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A model that draws in bf16")
class PrecisionOfDrawingTest {

    private static final int COUNT = 37;
    private static final Draw DRAW =
            Draw.of(COUNT).with(SampleSettings.ddim(3).withGuidance(2)).withSeed(5);

    private final PointerScope scope = new PointerScope();
    private final DiffusionModel model = model();
    private final DiffusionModel lower = model.to(Compute.on(Precision.BFLOAT16));

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        lower.close();
        model.close();
        scope.close();
    }

    @Test
    void draws_the_same_bits_in_parts_side_by_side_in_one_part_and_in_other_batches() {
        Tensor drawn = lower.pixels(DRAW, 0, COUNT);
        for (int batch : new int[] {1, 7, COUNT}) {
            assertThat(lower.pixels(DRAW.withBatchSize(batch), 0, COUNT).equal(drawn))
                    .isTrue();
        }
        assertThat(whole(lower).equal(drawn)).isTrue();
        assertThat(model.pixels(DRAW, 0, COUNT).equal(drawn)).isFalse(); // so that the case can tell
    }

    @Test
    void is_the_model_that_is_loaded_so_and_cannot_be_saved() {
        model.save(folder.resolve("saved"), false);
        try (DiffusionModel loaded = DiffusionModel.load(folder.resolve("saved"), Compute.on(Precision.BFLOAT16))) {
            assertThat(loaded.pixels(DRAW, 0, 4).equal(lower.pixels(DRAW, 0, 4)))
                    .isTrue();
        }
        assertThatIllegalStateException()
                .isThrownBy(() -> lower.save(folder.resolve("lower"), false))
                .withMessageContaining("load the model in float32");
        assertThat(folder.resolve("lower")).doesNotExist();
    }

    @Test
    void has_pictures_that_are_known_by_another_name_and_those_in_float32_by_the_one_of_before() {
        assertThat(new DrawnPictures(lower, "hash", DRAW).identity()).containsEntry("precision", "bf16");
        assertThat(new DrawnPictures(model, "hash", DRAW).identity()).containsOnlyKeys("model", "settings", "seed");
    }

    @Test
    void shows_each_step_of_each_sample_once_in_one_call_at_a_time() {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        lower.draw(DRAW, (first, step) -> {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            seen.addAndGet((int) step.x().size(0));
            inside.decrementAndGet();
        });
        assertThat(seen.get()).isEqualTo(COUNT * 3);
    }

    @Test
    void ends_with_what_the_listener_throws() {
        assertThatThrownBy(() -> lower.draw(DRAW, (first, step) -> {
                    throw new CancellationException("enough");
                }))
                .isInstanceOf(CancellationException.class)
                .hasMessage("enough");
    }

    @Test
    void is_drawn_to_the_end_where_the_listener_closes_the_model() {
        AtomicInteger steps = new AtomicInteger();
        assertThat(lower.draw(DRAW.withBatchSize(16), (first, step) -> {
                    lower.close();
                    steps.addAndGet((int) step.x().size(0));
                }))
                .hasSize(COUNT);
        assertThat(steps).hasValue(COUNT * 3);
        assertThatIllegalStateException()
                .isThrownBy(() -> lower.draw(DRAW))
                .withMessageContaining("the model is closed");
    }

    @Test
    void ends_and_stays_interrupted_where_the_listener_interrupts_its_thread() {
        assertThatThrownBy(() ->
                        lower.draw(DRAW, (first, step) -> Thread.currentThread().interrupt()))
                .isInstanceOf(CancellationException.class)
                .hasMessage("the work was stopped: its thread is interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(lower.draw(DRAW)).hasSize(COUNT); // nobody else is
    }

    @Test
    void gives_eight_callers_at_once_the_pictures_that_one_alone_gets() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(8);
        try {
            Tensor alone = lower.pixels(DRAW, 0, COUNT);
            List<Future<Boolean>> same = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                same.add(callers.submit(() -> {
                    try (PointerScope own = new PointerScope()) {
                        return lower.pixels(DRAW, 0, COUNT).equal(alone);
                    }
                }));
            }
            for (Future<Boolean> each : same) {
                assertThat(each.get()).isTrue();
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void is_guided_by_one_call_as_by_two() {
        Tensor labels = Tensors.of(new long[] {0, 1, 2, 0});
        Tensor x = torch.randn(4, 1, 8, 8);
        Tensor noLabel = torch.full_like(labels, new Scalar(lower.classes()));
        Denoiser two = new ClassifierFreeGuidance(lower.unlimited(labels), lower.unlimited(noLabel), 3);
        Denoised expected = two.at(x, 400);

        Denoised actual = Guiding.of(3)
                .denoiser(lower, labels, lower.process(), (unlimited, eps) -> unlimited)
                .at(x, 400);

        assertThat(actual.x0().equal(expected.x0())).isTrue();
        assertThat(actual.eps().equal(expected.eps())).isTrue();
    }

    /** The draw as one batch, by this thread. */
    private static Tensor whole(DiffusionModel model) {
        List<Integer> labels = IntStream.range(0, COUNT)
                .mapToObj(i -> DRAW.label(i, model.classes()))
                .toList();
        Tensor x0 = model.sample(DRAW.settings(), COUNT, labels, new SeededNoise(5, 0), SampleListener.NONE);
        return new PixelCodec().decode(x0);
    }

    private static DiffusionModel model() {
        UNet2DConfig config = UNet2DConfig.defaults()
                .with(Map.of(
                        "sample_size", 8,
                        "in_channels", 1,
                        "out_channels", 1,
                        "block_out_channels", List.of(16, 32),
                        "down_block_types", List.of("DownBlock2D", "AttnDownBlock2D"),
                        "up_block_types", List.of("AttnUpBlock2D", "UpBlock2D"),
                        "layers_per_block", 1,
                        "norm_num_groups", 4,
                        "num_class_embeds", 4));
        UNet2D network = new UNet2D(config, 0);
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            Tensor values = network.parameters().values();
            values.add_(torch.randn_like(values).mul_(new Scalar(0.05))); // layers that begin at zero would hide all
        }
        return new DiffusionModel(network, SchedulerConfig.ddpm(), new ModelCard(List.of("a", "b", "c"), Map.of()));
    }
}
