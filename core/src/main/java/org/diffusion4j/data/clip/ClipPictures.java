package org.diffusion4j.data.clip;

import static org.diffusion4j.engine.Require.require;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.engine.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * What CLIP's vision tower expects of a picture: the shorter side resized as Pillow does, the middle cut out, each channel normalized.
 * Immutable.
 *
 * @param edge the shorter side after resizing: {@code size} of {@code preprocessor_config.json}
 * @param crop height and width of what is cut out, at most {@code edge}
 * @param mean of each of three channels, of intensities in [0, 1]
 * @param std of each of three channels
 * @param centre which of two middle pixels is the middle where the surplus is odd
 */
public record ClipPictures(int edge, int crop, List<Double> mean, List<Double> std, Centre centre) {

    private static final int MOST = 1 << 14;
    private static final int CHANNELS = 3;
    private static final int BICUBIC = 3; // Pillow's number

    /** Where the middle lies. The two differ where the surplus is odd. */
    public enum Centre {
        /** Half of the surplus, rounded down. */
        TRANSFORMERS {
            @Override
            int offset(int surplus) {
                return surplus / 2;
            }
        },
        /** Half of the surplus, rounded half to even. */
        OPENAI {
            @Override
            int offset(int surplus) {
                return (int) Math.rint(surplus / 2.0);
            }
        };

        abstract int offset(int surplus);
    }

    /** Refuses sizes that do not fit together. */
    public ClipPictures {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        require(
                crop >= 1 && edge >= crop && edge <= MOST,
                "size must be at least crop_size, and at most %s, was %s for %s",
                MOST,
                edge,
                crop);
        require(
                mean.size() == CHANNELS
                        && std.size() == CHANNELS
                        && std.stream().allMatch(value -> value > 0),
                "image_mean and image_std must have three numbers each, those of image_std positive, were %s and %s",
                mean,
                std);
    }

    /** As OpenAI's models have it, for pictures of that size: 224 in most. */
    public static ClipPictures ofSize(int size) {
        return new ClipPictures(
                size,
                size,
                List.of(0.48145466, 0.4578275, 0.40821073),
                List.of(0.26862954, 0.26130258, 0.27577711),
                Centre.TRANSFORMERS);
    }

    /**
     * Reads transformers' {@code preprocessor_config.json}. What it does not say is as in OpenAI's models.
     *
     * @param size of the vision tower's pictures
     * @param source where the map comes from, for messages
     * @throws FormatException if it asks for another way of preparing pictures, or for another size
     */
    public static ClipPictures fromMap(Map<String, ?> config, int size, String source) {
        for (String step : List.of("do_resize", "do_center_crop", "do_normalize", "do_rescale")) {
            requireValue(config, step, true, source);
        }
        requireValue(config, "resample", BICUBIC, source);
        ClipPictures usual = ofSize(size);
        int crop = side(config.get("crop_size"), "height", size, source);
        if (crop != size) {
            throw new FormatException(
                    source + ": crop_size is " + crop + ", but the vision tower sees pictures of " + size);
        }
        try {
            return new ClipPictures(
                    side(config.get("size"), "shortest_edge", size, source),
                    crop,
                    numbers(config.get("image_mean"), usual.mean, source),
                    numbers(config.get("image_std"), usual.std, source),
                    Centre.TRANSFORMERS);
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }

    private static void requireValue(Map<String, ?> config, String key, Object only, String source) {
        Object found = config.get(key);
        boolean same = found instanceof Number number && only instanceof Number wanted
                ? number.doubleValue() == wanted.doubleValue()
                : only.equals(found);
        if (found != null && !same) {
            throw new FormatException(source + ": '" + key + "' is " + found + "; only " + only + " is supported");
        }
    }

    /** A number, or the number of that key in an object; older files have the former. */
    private static int side(@Nullable Object found, String key, int usual, String source) {
        Object number = found instanceof Map<?, ?> object ? object.get(key) : found;
        if (number == null) {
            return usual;
        }
        if (number instanceof Number side && side.doubleValue() == side.intValue()) {
            return side.intValue();
        }
        throw new FormatException(source + ": a size must be a whole number, was " + number);
    }

    private static List<Double> numbers(@Nullable Object found, List<Double> usual, String source) {
        if (found == null) {
            return usual;
        }
        List<Double> numbers = new ArrayList<>();
        if (found instanceof List<?> list) {
            for (Object each : list) {
                if (each instanceof Number number) {
                    numbers.add(number.doubleValue());
                }
            }
        }
        if (numbers.size() != CHANNELS) {
            throw new FormatException(source + ": image_mean and image_std must have three numbers each, was " + found);
        }
        return numbers;
    }

    /**
     * A picture as the vision tower receives it.
     *
     * @param picture uint8 {@code [3, height, width]}
     * @return float32 {@code [3, crop, crop]}, made in the caller's scope
     * @throws IllegalArgumentException if it does not have three channels
     */
    public Tensor prepare(Tensor picture) {
        return Scoped.result(() -> {
            Tensor cut = cropped(resized(picture)).to(ScalarType.Double).div(channels(255, 255, 255));
            return cut.sub(channels(mean)).div(channels(std)).to(ScalarType.Float);
        });
    }

    /**
     * The whole picture with its shorter side resized.
     *
     * @param picture uint8 {@code [3, height, width]}
     * @return uint8 {@code [3, …]}, made in the caller's scope
     */
    Tensor resized(Tensor picture) {
        require(
                picture.dim() == 3
                        && picture.size(0) == CHANNELS
                        && picture.numel() > 0
                        && picture.scalar_type().intern() == ScalarType.Byte,
                "a picture must be uint8 [3, height, width], was %s",
                Arrays.toString(picture.sizes().vec().get()));
        int height = Math.toIntExact(picture.size(1));
        int width = Math.toIntExact(picture.size(2));
        int shorter = Math.min(height, width);
        int toHeight = Math.toIntExact((long) edge * height / shorter);
        int toWidth = Math.toIntExact((long) edge * width / shorter);
        byte[] planes = new byte[Math.toIntExact(picture.numel())];
        picture.cpu().contiguous().<ByteBuffer>createBuffer().get(planes);
        return Tensors.of(
                PillowResize.apply(planes, CHANNELS, height, width, toHeight, toWidth), CHANNELS, toHeight, toWidth);
    }

    /** The middle of what {@link #resized} returns: a view. */
    Tensor cropped(Tensor resized) {
        int top = centre.offset((int) resized.size(1) - crop);
        int left = centre.offset((int) resized.size(2) - crop);
        return resized.narrow(1, top, crop).narrow(2, left, crop);
    }

    private static Tensor channels(List<Double> values) {
        return channels(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static Tensor channels(double... values) {
        return Tensors.of(values, values.length, 1, 1);
    }
}
