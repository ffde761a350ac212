package org.diffusion4j.data.clip;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.golden.Comparison;
import org.diffusion4j.golden.GoldenCase;
import org.diffusion4j.golden.GoldenCheck;

/** Transformers' and OpenAI's way of a picture into CLIP, which resizes by Pillow: to the bit. */
public final class ClipPicturesCheck implements GoldenCheck {

    @Override
    public boolean covers(GoldenCase golden) {
        return golden.symbol().startsWith("CLIPImageProcessorPil");
    }

    @Override
    public void check(GoldenCase golden, Comparison out) {
        JsonNode config = golden.config();
        assertThat(config.get("resample").asText()).isEqualTo("bicubic");
        ClipPictures pictures = new ClipPictures(
                config.get("size").get("shortest_edge").asInt(),
                config.get("crop_size").asInt(),
                numbers(config.get("image_mean")),
                numbers(config.get("image_std")),
                ClipPictures.Centre.TRANSFORMERS);
        int i = 0;
        for (JsonNode made : golden.json().at("/inputs/pictures")) {
            Tensor picture = picture(made);
            Tensor resized = pictures.resized(picture);
            Tensor cropped = pictures.cropped(resized);
            Tensor prepared = pictures.prepare(picture);
            if (golden.expects("resized_" + i)) {
                out.expectExactly("resized_" + i, Comparison.values(resized.permute(1, 2, 0)));
                out.expect("pixel_values_" + i, prepared);
                int top = (int) resized.size(1) - pictures.crop();
                int left = (int) resized.size(2) - pictures.crop();
                offsets(golden, "crop_offsets", i, ClipPictures.Centre.TRANSFORMERS, top, left);
                offsets(golden, "openai_crop_offsets", i, ClipPictures.Centre.OPENAI, top, left);
            } else {
                long[] rows = numbers(config.get("rows")).stream()
                        .mapToLong(Double::longValue)
                        .toArray();
                Tensor some = cropped.permute(1, 2, 0).index_select(0, Tensors.of(rows));
                out.expectExactly("crop_rows_" + i, Comparison.values(some));
                out.expectExactly(
                        "channel_sums_" + i,
                        Comparison.values(
                                cropped.flatten(1, 2).to(ScalarType.Long).sum(1)));
                out.expect(
                        "pixel_means_" + i,
                        Comparison.values(
                                prepared.to(ScalarType.Double).flatten(1, 2).mean(1)));
            }
            i++;
        }
        golden.needsNo("inputs.pictures"); // are read here
    }

    private static void offsets(GoldenCase golden, String name, int i, ClipPictures.Centre centre, int top, int left) {
        JsonNode expected = golden.json().at("/expected/" + name + "/" + i);
        assertThat(List.of(centre.offset(top), centre.offset(left)))
                .as(name)
                .containsExactly(expected.get(0).asInt(), expected.get(1).asInt());
    }

    private static Tensor picture(JsonNode made) {
        int width = made.get("width").asInt();
        int height = made.get("height").asInt();
        byte[] planes = new byte[3 * height * width];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int value = made.get("a").asInt() * x + made.get("b").asInt() * y + 53 * c;
                    planes[(c * height + y) * width + x] =
                            (byte) (value + made.get("d").asInt() * x * y % 97);
                }
            }
        }
        return Tensors.of(planes, 3, height, width);
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(number -> numbers.add(number.asDouble()));
        return numbers;
    }
}
