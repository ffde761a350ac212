package org.diffusion4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.InMemoryImages;
import org.diffusion4j.diffusers.SchedulerConfig;
import org.diffusion4j.engine.SeededNoise;
import org.diffusion4j.image.DiffusionModel.DrawListener;
import org.diffusion4j.nn.unet.UNet2D;
import org.diffusion4j.nn.unet.UNet2DConfig;
import org.diffusion4j.sample.SampleSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("With a model and pictures")
class EditorTest {

    private static final int SIDE = 8;
    private static final DrawListener NOBODY = (first, step) -> {};
    private static final DiffusionModel MODEL = model();

    private final Editor editor = new Editor(MODEL);
    private final Interpolation interpolation = new Interpolation(MODEL, 5);
    private final ImageDataset two = pictures(SIDE, 40, 200);

    @AfterAll
    static void close() {
        MODEL.close();
    }

    /** Nothing learned, but no output 0; two classes and what no label is. */
    private static DiffusionModel model() {
        UNet2DConfig config = TinyModel.config(SIDE).with(Map.of("num_class_embeds", 3));
        UNet2D network = new UNet2D(config, 0);
        try (PointerScope scope = new PointerScope()) {
            Tensor values = network.parameters().values();
            values.add_(new SeededNoise(5, 0).draw(0, values).mul(new Scalar(0.05)));
        }
        return new DiffusionModel(network, SchedulerConfig.ddpm(), new ModelCard(List.of("cat", "dog"), Map.of()));
    }

    /** One for each of these grey levels, with a shade across. */
    private static ImageDataset pictures(int side, int... levels) {
        List<byte[]> images = new ArrayList<>();
        for (int level : levels) {
            byte[] image = new byte[side * side];
            for (int i = 0; i < image.length; i++) {
                image[i] = (byte) (level + i % side);
            }
            images.add(image);
        }
        return InMemoryImages.ofBytes(images, 1, side, side);
    }

    @Test
    void what_is_kept_of_a_picture_stays_bit_for_bit_and_the_rest_is_new() {
        Mask mask = Mask.without(Mask.Region.LEFT, SIDE, SIDE);
        List<BufferedImage> found = editor.inpaint(draw(4, SampleSettings.ddpm(6)), two, mask, 2, 2, NOBODY);

        assertThat(found).hasSize(4);
        for (int i = 0; i < 4; i++) {
            int level = i % 2 == 0 ? 40 : 200;
            assertThat(row(found.get(i), 3, SIDE / 2)).containsExactly(level + 4, level + 5, level + 6, level + 7);
        }
        assertThat(row(found.get(0), 3, 0)).isNotEqualTo(row(found.get(2), 3, 0));
    }

    @Test
    void every_picture_depends_on_its_seed_and_index_alone() {
        Draw draw = draw(6, SampleSettings.ddpm(4)).withSeed(9);
        Mask mask = Mask.without(Mask.Region.CENTRE, SIDE, SIDE);
        assertThat(differ(editor.vary(draw, two, 0.5, NOBODY), editor.vary(draw.withBatchSize(4), two, 0.5, NOBODY)))
                .isLessThanOrEqualTo(1);
        assertThat(differ(
                        editor.inpaint(draw, two, mask, 1, 2, NOBODY),
                        editor.inpaint(draw.withBatchSize(4), two, mask, 1, 2, NOBODY)))
                .isLessThanOrEqualTo(1);
        assertThat(differ(
                        interpolation.ofSamples(draw, NOBODY), interpolation.ofSamples(draw.withBatchSize(4), NOBODY)))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void a_little_strength_leaves_a_picture_nearly_as_it_is() {
        List<BufferedImage> found = editor.vary(draw(2, SampleSettings.ddim(1000)), two, 0.001, NOBODY);

        // the noise of timestep 0 has the deviation 0.01 on [−1, 1]: 1.3 grey levels; 6 deviations
        assertThat(differ(found, editor.reconstruct(encoding(2, 2), two, NOBODY).pictures()))
                .isGreaterThan(0);
        assertThat(row(found.get(0), 0, 0)[0]).isCloseTo(40, within(8));
        assertThat(row(found.get(1), 0, 0)[0]).isCloseTo(200, within(8));
    }

    @Test
    void a_reconstruction_says_how_far_each_picture_is_from_what_was_given() {
        Editor.Reconstruction found = editor.reconstruct(encoding(2, 20), two, NOBODY);

        assertThat(found.pictures()).hasSize(2);
        assertThat(found.errors())
                .hasSize(2)
                .allSatisfy(error -> assertThat(error).isPositive());
        assertThat(found.error())
                .isEqualTo((found.errors().get(0) + found.errors().get(1)) / 2);
        List<Double> oneByOne = editor.reconstruct(encoding(2, 20).withBatchSize(1), two, NOBODY)
                .errors();
        assertThat(oneByOne.get(0)).isCloseTo(found.errors().get(0), withinPercentage(1));
        assertThat(oneByOne.get(1)).isCloseTo(found.errors().get(1), withinPercentage(1));
    }

    @Test
    void a_row_between_samples_begins_and_ends_with_them() {
        Draw draw = draw(2, SampleSettings.ddim(5)).withSeed(3).withLabels(1);
        List<BufferedImage> rows = interpolation.ofSamples(draw, NOBODY);

        List<BufferedImage> samples = MODEL.draw(draw.withCount(4));
        assertThat(rows).hasSize(10);
        assertThat(differ(List.of(rows.get(0), rows.get(4), rows.get(5), rows.get(9)), samples))
                .isLessThanOrEqualTo(1);
    }

    @Test
    void a_row_between_pictures_begins_and_ends_with_their_reconstructions() {
        Draw draw = encoding(2, 10).withLabels(2);
        List<BufferedImage> row = interpolation.ofImages(draw, two, NOBODY);

        List<BufferedImage> ends = editor.reconstruct(draw, two, NOBODY).pictures();
        assertThat(row).hasSize(5);
        assertThat(differ(List.of(row.get(0), row.get(4)), ends)).isLessThanOrEqualTo(1);
    }

    @Test
    void a_strip_shows_the_way_of_every_sample_and_ends_with_it() {
        Strip strip = new Strip(3);
        List<BufferedImage> samples = MODEL.draw(draw(4, SampleSettings.ddim(9)).withBatchSize(3), strip);

        BufferedImage picture = strip.picture();
        assertThat(picture.getWidth()).isEqualTo(2 + 3 * (SIDE + 2));
        assertThat(picture.getHeight()).isEqualTo(2 + 4 * (SIDE + 2));
        for (int i = 0; i < 4; i++) {
            BufferedImage last = picture.getSubimage(2 + 2 * (SIDE + 2), 2 + i * (SIDE + 2), SIDE, SIDE);
            assertThat(row(last, 5, 0)).isEqualTo(row(samples.get(i), 5, 0));
        }
    }

    @Test
    void a_mask_keeps_what_is_black_and_shows_the_rest_grey() {
        Mask mask = Mask.of(pictures(SIDE, 124)); // 124 … 131 from left to right; 128 and more is white
        assertThat(row(mask.over(picture(two, 0)), 2, 0)).containsExactly(40, 41, 42, 43, 128, 128, 128, 128);
        Mask bottom = Mask.without(Mask.Region.named("bottom"), SIDE, SIDE);
        assertThat(row(bottom.over(picture(two, 0)), 3, 0)[0]).isEqualTo(40);
        assertThat(row(bottom.over(picture(two, 0)), 4, 0)[0]).isEqualTo(128);
    }

    @Test
    void pictures_of_another_size_are_refused() {
        assertThatThrownBy(() -> editor.vary(draw(1, SampleSettings.ddim(2)), pictures(4, 9), 0.5, NOBODY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images in memory has pictures of 1 channels and 4×4 pixels, the model's have 1 channels "
                        + "and sample_size [8]");
    }

    @Test
    void an_odd_number_of_pictures_cannot_be_joined_in_pairs() {
        assertThatThrownBy(() -> interpolation.ofImages(encoding(3, 5), pictures(SIDE, 1, 2, 3), NOBODY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("pictures are joined in pairs, so an even number is needed, not 3");
        assertThatThrownBy(() -> new Interpolation(MODEL, 1)).hasMessage("a row needs at least 2 columns, was 1");
        assertThatThrownBy(() -> new Strip(1)).hasMessage("a strip needs at least 2 columns, was 1");
    }

    private static Draw draw(int count, SampleSettings settings) {
        return Draw.of(count).with(settings);
    }

    private static Draw encoding(int count, int timesteps) {
        return draw(count, SampleSettings.encoding(timesteps));
    }

    private static BufferedImage picture(ImageDataset images, int i) {
        java.nio.ByteBuffer pixels = java.nio.ByteBuffer.allocate(images.imageBytes());
        images.copy(i, pixels);
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        picture.getRaster().setDataElements(0, 0, SIDE, SIDE, pixels.array());
        return picture;
    }

    /** The pixels of a row from a column on. */
    private static int[] row(BufferedImage picture, int y, int x) {
        return picture.getRaster().getPixels(x, y, picture.getWidth() - x, 1, (int[]) null);
    }

    private static int differ(List<BufferedImage> some, List<BufferedImage> others) {
        assertThat(some).hasSameSizeAs(others);
        return IntStream.range(0, some.size())
                .flatMap(i -> IntStream.range(0, SIDE).flatMap(y -> {
                    int[] a = row(some.get(i), y, 0);
                    int[] b = row(others.get(i), y, 0);
                    return IntStream.range(0, SIDE).map(x -> Math.abs(a[x] - b[x]));
                }))
                .max()
                .orElseThrow();
    }
}
