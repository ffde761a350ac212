package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Libtorch;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.sample.Clipped;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.GuidanceInterval;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.schedule.BetaSchedule;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A trained model")
class DiffusionModelTest {

    private static final String WEIGHTS = "unet/diffusion_pytorch_model.safetensors";

    private final DiffusionModel model = tinyModel();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void draws_the_same_pictures_bit_for_bit_with_equal_settings() {
        assertThat(pixels(few(7))).isDeepEqualTo(pixels(few(7)));
        assertThat(pixels(few(7).withSeed(1))).isNotEqualTo(pixels(few(7)));
    }

    @Test
    void draws_the_same_picture_whatever_the_batch_and_the_number_of_threads() {
        for (SampleSettings settings : List.of(SampleSettings.ddim(4), SampleSettings.ddpm(4))) {
            Draw draw = few(64).with(settings);
            int[][] expected = pixels(draw.withBatchSize(64));
            assertThat(largestDifference(expected, pixels(draw.withBatchSize(1))))
                    .isLessThanOrEqualTo(1);
            assertThat(largestDifference(expected, pixels(draw.withBatchSize(7))))
                    .isLessThanOrEqualTo(1);
            int threads = Libtorch.threads();
            try {
                Libtorch.setThreads(threads == 1 ? 2 : 1);
                assertThat(largestDifference(expected, pixels(draw))).isLessThanOrEqualTo(1);
            } finally {
                Libtorch.setThreads(threads);
            }
        }
    }

    static Stream<String> samplers() {
        return Samplers.all().stream().map(Samplers.Entry::name);
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void draws_the_same_picture_by_any_sampler_whatever_the_batch(String sampler) {
        SampleSettings plain = SampleSettings.of(sampler, 4);
        SampleSettings settings = sampler.equals("ode") // exactly, a network of random weights takes thousands of steps
                ? plain.withOption("relative", 0.1).withOption("absolute", 0.1)
                : plain;
        Draw draw = few(3).with(settings.asksForEta() ? settings.withEta(0.5, EtaRule.DEVIATION) : settings);

        assertThat(largestDifference(pixels(draw.withBatchSize(3)), pixels(draw.withBatchSize(1))))
                .isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "dpm-solver-23"}) // of which the second depends on its batch
    void has_the_pixels_of_any_samples_of_a_draw(String sampler) {
        Draw draw = few(4).with(SampleSettings.of(sampler, 4));
        int[] expected =
                Arrays.stream(pixels(draw)).skip(1).flatMapToInt(Arrays::stream).toArray();
        try (PointerScope scope = new PointerScope()) {
            double[] found = Comparison.values(model.pixels(draw, 1, 3));
            int[] rounded = Arrays.stream(found).mapToInt(value -> (int) value).toArray();
            assertThat(rounded).hasSameSizeAs(expected);
            assertThat(largestDifference(new int[][] {expected}, new int[][] {rounded}))
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void is_after_saving_and_loading_what_it_was() {
        Path saved = saved();
        try (DiffusionModel again = DiffusionModel.load(saved)) {
            assertThat(again.card()).isEqualTo(model.card());
            assertThat(again.scheduler()).hasToString(model.scheduler().toString());
            assertThat(pixels(again, few(5))).isDeepEqualTo(pixels(few(5)));
        }
    }

    @Test
    void draws_by_another_scheduler_with_the_same_weights() {
        SchedulerConfig dpm = model.scheduler().asClass("DPMSolverMultistepScheduler");
        Draw draw = few(3).with(dpm.settings(4));
        int[][] before = pixels(few(3));
        assertThatThrownBy(() -> pixels(draw)).hasMessageStartingWith("the model's scheduler is DDPMScheduler, not ");

        try (DiffusionModel other = model.with(dpm)) {
            assertThat(other.network()).isSameAs(model.network());
            other.save(folder.resolve("other"), false);
            try (DiffusionModel saved = DiffusionModel.load(folder.resolve("other"))) {
                assertThat(pixels(saved, draw)).isDeepEqualTo(pixels(other, draw));
            }
        }
        assertThat(pixels(few(3))).isDeepEqualTo(before); // the weights are still there
        DiffusionModel other = model.with(dpm);
        model.close();
        assertThatThrownBy(() -> other.draw(draw))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the model is closed");
    }

    @Test
    void refuses_a_scheduler_for_another_output_or_other_timesteps() {
        SchedulerConfig v = SchedulerConfig.ddpm(BetaSchedule.ddpm(), Prediction.V);
        SchedulerConfig short100 = SchedulerConfig.ddpm(BetaSchedule.cosine(100), Prediction.EPS);
        assertThatThrownBy(() -> model.with(v))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the network's output is eps, but the scheduler takes it for v;"
                        + " set its prediction_type as the model has it");
        assertThatThrownBy(() -> model.with(short100))
                .hasMessage("the network was trained on 1000 timesteps, but the scheduler has 100;"
                        + " set its num_train_timesteps");
        assertThatThrownBy(() -> model.with(model.scheduler().asClass("EDMEulerScheduler")))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void draws_from_a_start_of_ones_own() {
        SampleSettings settings = SampleSettings.ddpm(4); // by which noise is added as well
        SeededNoise noise = new SeededNoise(7, 0);
        try (PointerScope scope = new PointerScope();
                Tensor drawn = model.sample(settings, 2, List.of(1, 2), noise, SampleListener.NONE)) {
            Tensor start = model.start(2, noise);
            double[] before = Tensors.toArray(start);
            try (Tensor again = model.sample(settings, start, List.of(1, 2), noise, SampleListener.NONE)) {
                assertThat(Tensors.toArray(again)).isEqualTo(Tensors.toArray(drawn));
            }
            assertThat(Tensors.toArray(start)).isEqualTo(before);
            try (Tensor other = model.sample(settings, start.neg(), List.of(1, 2), noise, SampleListener.NONE)) {
                assertThat(Tensors.toArray(other)).isNotEqualTo(Tensors.toArray(drawn));
            }
            assertThatThrownBy(() -> model.sample(settings, start, List.of(1), noise, SampleListener.NONE))
                    .hasMessage("there must be a label for each of the 2 samples, but there were 1");
            assertThatThrownBy(() -> model.sample(settings, start.flatten(), List.of(), noise, SampleListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the start must be [batch, 1, height, width], was [128]");
        }
    }

    @Test
    void refuses_more_steps_than_it_has_timesteps() {
        assertThatThrownBy(() -> model.draw(Draw.of(1).with(SampleSettings.ddim(1001))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("steps must lie between 1 and the 1000 of the process, was 1001");
    }

    @Test
    void refuses_a_class_that_it_does_not_know() {
        assertThatThrownBy(() -> model.draw(few(1).withLabels(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("labels must lie between 0 and 2, were [4]");
    }

    @Test
    void refuses_noise_that_the_sampler_does_not_ask_for() {
        assertThatThrownBy(() ->
                        model.draw(few(1).with(SampleSettings.of("heun", 4).withEta(0.5, EtaRule.DEVIATION))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("eta is 0.5, and heun does not ask for it: leave it at 0, or take ddim");
        assertThatThrownBy(
                        () -> model.draw(few(1).with(SampleSettings.ddim(4).withVariance(ReverseVariance.FIXED_LARGE))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the variance is fixed-large, and ddim does not ask for it: leave it at fixed-small, or take ddpm");
    }

    @Test
    void refuses_labels_where_it_has_no_classes() {
        try (DiffusionModel plain = PublishedDrawingTest.model(Map.of())) {
            assertThatThrownBy(() ->
                            plain.draw(Draw.of(1).with(SampleSettings.ddim(2)).withLabels(3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model has no classes, so it takes no labels, but they were [3]");
        }
    }

    /** Only if the noise agrees with the clipped x0 are the two the same. */
    @Test
    void is_drawn_by_ddim_with_all_noise_as_by_ddpm_where_x0_is_clipped() {
        try (DiffusionModel clipping = TinyModel.of(8, 3);
                PointerScope scope = new PointerScope()) {
            Tensor ddim = drawn(clipping, SampleSettings.ddim(20).withEta(1, EtaRule.DEVIATION));
            Tensor ddpm = drawn(
                    clipping,
                    SampleSettings.ddpm(20).withSpacing(SampleSettings.ddim(20).spacing()));

            assertThat(ddim.sub(ddpm).abs().max().item_double()).isLessThan(1e-4); // 20 steps in float32
        }
    }

    private static Tensor drawn(DiffusionModel model, SampleSettings settings) {
        return model.sample(settings, 2, List.of(), new SeededNoise(4, 0), SampleListener.NONE);
    }

    @Test
    void clips_x0_in_ancestral_sampling_and_ddim_alone() {
        Tensor labels = Tensors.of(new long[] {1});
        List<String> clipping = Samplers.all().stream()
                .map(Samplers.Entry::name)
                .filter(name -> model.plan(SampleSettings.of(name, 4)).denoiser(labels) instanceof Clipped)
                .toList();
        assertThat(clipping).containsExactly("ddpm", "ddim");
    }

    @Test
    void draws_with_guidance_what_lies_beyond_no_label() {
        Draw draw = few(3).withLabels(1);
        int[][] plain = pixels(draw);
        int[][] untold = pixels(draw.withLabels(3)); // the number of "no label"

        assertThat(pixels(draw.with(draw.settings().withGuidance(1)))).isDeepEqualTo(plain);
        int[][] guided = pixels(draw.with(draw.settings().withGuidance(4)));
        assertThat(guided).isNotEqualTo(plain).isNotEqualTo(untold);
        int[][] oneByOne = pixels(draw.withBatchSize(1).with(draw.settings().withGuidance(4)));
        assertThat(largestDifference(guided, oneByOne)).isLessThanOrEqualTo(1);
    }

    @Test
    void draws_with_guidance_rescaled_and_in_an_interval_only() {
        SampleSettings guided = SampleSettings.ddim(4).withGuidance(4);
        Draw draw = few(3).withLabels(1);
        int[][] plain = pixels(draw.with(SampleSettings.ddim(4)));
        int[][] everywhere = pixels(draw.with(guided));

        assertThat(pixels(draw.with(guided.withRescale(0.7)))).isNotEqualTo(everywhere);
        assertThat(pixels(draw.with(guided.withGuidanceInterval(new GuidanceInterval(0, Double.MAX_VALUE)))))
                .isDeepEqualTo(everywhere);
        assertThat(pixels(draw.with(guided.withGuidanceInterval(new GuidanceInterval(1e8, 1e9)))))
                .isDeepEqualTo(plain);
        assertThat(pixels(draw.with(guided.withGuidanceInterval(new GuidanceInterval(0.3, 5)))))
                .isNotEqualTo(everywhere)
                .isNotEqualTo(plain);
    }

    @Test
    void refuses_what_only_guidance_could_follow() {
        assertThatThrownBy(() -> model.plan(SampleSettings.ddim(2).withRescale(0.7)))
                .hasMessage("rescale is 0.7, and there is no guidance to rescale: omit it, or set guidance");
        assertThatThrownBy(() -> model.plan(SampleSettings.ddim(2).withGuidanceInterval(new GuidanceInterval(0.3, 5))))
                .hasMessage("the interval of guidance is 0.3,5.0, and there is no guidance: omit it, or set guidance");
        assertThatThrownBy(() -> SampleSettings.ddim(2).withRescale(1.5))
                .hasMessage("rescale must lie in [0, 1], was 1.5");
    }

    @Test
    void guides_between_and_beyond_what_it_says_with_and_without_a_label() {
        try (PointerScope scope = new PointerScope()) {
            Tensor x = torch.randn(2, 1, 8, 8);
            Tensor told =
                    model.unlimited(Tensors.of(new long[] {1, 2})).at(x, 400).x0();
            Tensor untold =
                    model.unlimited(Tensors.of(new long[] {3, 3})).at(x, 400).x0();
            Tensor expected = told.mul(new Scalar(2))
                    .sub(untold)
                    .clamp(new ScalarOptional(new Scalar(-1)), new ScalarOptional(new Scalar(1)));
            Denoised guided = model.denoiser(Tensors.of(new long[] {1, 2}), 2).at(x, 400);
            assertThat(torch.allclose(guided.x0(), expected, 1e-4, 1e-5, false)).isTrue();
            Tensor sum = guided.x0()
                    .mul(new Scalar(model.process().alpha(400)))
                    .add(guided.eps().mul(new Scalar(model.process().sigma(400))));
            assertThat(torch.allclose(sum, x, 1e-4, 1e-5, false)).isTrue();
        }
    }

    @Test
    void refuses_guidance_where_no_label_was_never_learned() {
        try (DiffusionModel unconditional = new DiffusionModel(
                new UNet2D(config(null), 0),
                SchedulerConfig.ddpm(BetaSchedule.ddpm(), Prediction.EPS),
                ModelCard.EMPTY)) {
            assertThatThrownBy(() -> unconditional.draw(
                            few(1).with(SampleSettings.ddim(2).withGuidance(2))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("guidance 2.0 is for a model that was trained with and without labels,"
                            + " as train.conditionDropout does");
        }
    }

    @Test
    void refuses_a_folder_that_is_no_model() {
        assertThatThrownBy(() -> DiffusionModel.load(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is not a model folder, it has no model_index.json");
    }

    @Test
    void names_a_tensor_that_is_missing() {
        Path saved = savedWith(weights -> weights.remove("conv_in.bias"));
        assertThatThrownBy(() -> DiffusionModel.load(saved))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining(WEIGHTS)
                .hasMessageContaining("tensor 'conv_in.bias' is missing; the network needs it with shape [8]");
    }

    @Test
    void names_a_tensor_of_another_shape() {
        Path saved = savedWith(weights -> weights.put("conv_in.bias", torch.zeros(9)));
        assertThatThrownBy(() -> DiffusionModel.load(saved))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("tensor 'conv_in.bias' has shape [9], the network needs [8]");
    }

    @Test
    void names_a_tensor_that_the_network_does_not_know() {
        Path saved = savedWith(weights -> weights.put("conv_out.bias2", torch.zeros(1)));
        assertThatThrownBy(() -> DiffusionModel.load(saved))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("tensor 'conv_out.bias2' is not known to the network");
    }

    @Test
    void does_not_write_over_another_model_unless_told_to() {
        Path saved = saved();
        assertThatThrownBy(() -> model.save(saved, false))
                .isInstanceOf(DiffusionException.class)
                .hasMessageContaining("exists already");
        model.save(saved, true);
        assertThat(saved.resolve(WEIGHTS)).exists();
    }

    private Path saved() {
        Path saved = folder.resolve("model");
        model.save(saved, false);
        return saved;
    }

    private Path savedWith(Consumer<Map<String, Tensor>> change) {
        Path saved = saved();
        try (PointerScope scope = new PointerScope();
                TensorFile weights = Safetensors.open(saved.resolve(WEIGHTS))) {
            Map<String, Tensor> changed = new LinkedHashMap<>(weights.tensors());
            change.accept(changed);
            Safetensors.write(saved.resolve(WEIGHTS), changed, Map.of("format", "pt"));
        }
        return saved;
    }

    /** Random weights, in the last convolution too, which is zero in a new network. */
    private static DiffusionModel tinyModel() {
        UNet2D network = new UNet2D(config(4), 3);
        try (PointerScope scope = new PointerScope()) {
            Tensor values = network.parameters().values();
            torch.manual_seed(5);
            values.add_(torch.randn_like(values).mul_(new Scalar(0.05)));
        }
        SchedulerConfig scheduler = SchedulerConfig.ddpm(BetaSchedule.ddpm(), Prediction.EPS);
        return new DiffusionModel(network, scheduler, new ModelCard(List.of("a", "b", "c"), Map.of()));
    }

    private static UNet2DConfig config(@Nullable Integer classEmbeds) {
        Map<String, Object> keys = new LinkedHashMap<>(Map.of(
                "sample_size", 8L,
                "in_channels", 1L,
                "out_channels", 1L,
                "block_out_channels", List.of(8L, 16L),
                "down_block_types", List.of("DownBlock2D", "AttnDownBlock2D"),
                "up_block_types", List.of("AttnUpBlock2D", "UpBlock2D"),
                "layers_per_block", 1L,
                "norm_num_groups", 4L));
        if (classEmbeds != null) {
            keys.put("num_class_embeds", classEmbeds);
        }
        return UNet2DConfig.defaults().with(keys);
    }

    private static Draw few(int count) {
        return Draw.of(count).with(SampleSettings.ddim(4));
    }

    private int[][] pixels(Draw draw) {
        return pixels(model, draw);
    }

    private static int[][] pixels(DiffusionModel model, Draw draw) {
        return model.draw(draw).stream().map(DiffusionModelTest::pixels).toArray(int[][]::new);
    }

    private static int[] pixels(BufferedImage picture) {
        return picture.getRaster().getPixels(0, 0, picture.getWidth(), picture.getHeight(), (int[]) null);
    }

    private static int largestDifference(int[][] expected, int[][] actual) {
        return IntStream.range(0, expected.length)
                .flatMap(i -> IntStream.range(0, expected[i].length).map(j -> Math.abs(expected[i][j] - actual[i][j])))
                .max()
                .orElseThrow();
    }
}
