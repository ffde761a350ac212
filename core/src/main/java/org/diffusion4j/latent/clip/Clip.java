package org.diffusion4j.latent.clip;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.data.Picture;
import org.diffusion4j.data.clip.ClipPictures;
import org.diffusion4j.data.clip.ClipTokenizer;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Tensors;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.latent.TokenizerFolder;
import org.diffusion4j.nn.clip.ClipModel;
import org.diffusion4j.nn.clip.ClipTextConfig;
import org.diffusion4j.nn.clip.ClipTextTower;
import org.diffusion4j.nn.clip.ClipVisionConfig;
import org.jspecify.annotations.Nullable;

/**
 * A published CLIP, which says how well texts and pictures fit each other: features of either as plain numbers. On the processor, in
 * float32.
 *
 * <p>{@snippet :
 * try (Clip clip = Clip.load(Path.of("clip-vit-base-patch32"))) {
 *     double score = Clip.score(clip.text("a red heart"), clip.picture(Path.of("heart.png")));
 * }
 * }
 *
 * <p>Threads: may be shared; {@link #close} waits for calls under way.
 */
public final class Clip implements AutoCloseable {

    private static final List<String> WEIGHTS = List.of("model.safetensors", "pytorch_model.bin");
    private static final String TEXT_PREFIX = "text_model.";
    private static final double PERCENT = 100;

    /** The sizes of ViT-B/32, which newer files omit. */
    private static final Map<String, Object> TEXT = Map.of(
            "vocab_size", 49408,
            "hidden_size", 512,
            "intermediate_size", 2048,
            "num_hidden_layers", 12,
            "num_attention_heads", 8,
            "max_position_embeddings", 77);

    private static final Map<String, Object> VISION = Map.of(
            "hidden_size", 768,
            "intermediate_size", 3072,
            "num_hidden_layers", 12,
            "num_attention_heads", 12,
            "image_size", 224,
            "patch_size", 32);

    private final ClipModel model;
    private final ClipTokenizer tokenizer;
    private final ClipPictures pictures;

    private Clip(ClipModel model, ClipTokenizer tokenizer, ClipPictures pictures) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.pictures = pictures;
    }

    /**
     * Reads a folder as transformers has it: {@code config.json}, {@code model.safetensors} or {@code pytorch_model.bin}, the tokenizer's
     * files, and {@code preprocessor_config.json} where it is there.
     *
     * @throws FormatException if a file is missing or is not what its name promises; the message names it
     * @throws org.diffusion4j.engine.WeightsException if weights are missing or are others than the configuration promises
     */
    public static Clip load(Path folder) {
        Path file = folder.resolve("config.json");
        Map<String, @Nullable Object> config = Json.readObject(file);
        ClipTextConfig text = ClipTextConfig.fromMap(textConfig(folder), true, file + ": text_config");
        ClipVisionConfig vision =
                ClipVisionConfig.fromMap(part(config, "vision_config", VISION, file), file + ": vision_config");
        ClipTokenizer tokenizer = TokenizerFolder.read(folder);
        Path prepared = folder.resolve("preprocessor_config.json");
        ClipPictures pictures = Files.exists(prepared)
                ? ClipPictures.fromMap(Json.readObject(prepared), vision.imageSize(), prepared.toString())
                : ClipPictures.ofSize(vision.imageSize());
        Path weights = weightsFile(folder);
        ClipModel model = new ClipModel(text, vision, 0, ScalarType.Float);
        try (PointerScope scope = new PointerScope();
                NamedTensors open = NamedTensors.open(weights)) {
            Map<String, Tensor> named = new LinkedHashMap<>(open.tensors());
            named.keySet().removeIf(name -> name.endsWith(".position_ids")); // older files number the positions
            named.computeIfPresent("logit_scale", (name, scale) -> scale.squeeze());
            model.parameters().load(named, weights.toString());
            return new Clip(model, tokenizer, pictures);
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** The file of the weights in such a folder. */
    public static Path weightsFile(Path folder) {
        return WEIGHTS.stream()
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new FormatException(
                        folder + ": has neither " + String.join(" nor ", WEIGHTS) + "; copy CLIP's weights into it"));
    }

    /** What such a folder says of its text tower, under transformers' keys: with the usual sizes where it does not say. */
    public static Map<String, Object> textConfig(Path folder) {
        Path file = folder.resolve("config.json");
        return part(Json.readObject(file), "text_config", TEXT, file);
    }

    /**
     * The text tower of such a folder alone, without its projection, as Stable Diffusion's text encoder is.
     *
     * @return owned by the caller
     * @throws FormatException as {@link #load}
     * @throws org.diffusion4j.engine.WeightsException as {@link #load}
     */
    public static ClipTextTower textTower(Path folder) {
        ClipTextConfig config =
                ClipTextConfig.fromMap(textConfig(folder), false, folder.resolve("config.json") + ": text_config");
        Path weights = weightsFile(folder);
        ClipTextTower tower = new ClipTextTower(config, 0, ScalarType.Float);
        try (PointerScope scope = new PointerScope();
                NamedTensors open = NamedTensors.open(weights)) {
            Map<String, Tensor> named = new LinkedHashMap<>(open.tensors());
            named.keySet().removeIf(name -> !name.startsWith(TEXT_PREFIX) || name.endsWith(".position_ids"));
            tower.parameters().load(named, weights.toString());
            return tower;
        } catch (RuntimeException | Error e) {
            tower.close();
            throw e;
        }
    }

    private static Map<String, Object> part(
            Map<String, @Nullable Object> config, String key, Map<String, Object> usual, Path file) {
        Map<String, Object> part = new HashMap<>(usual);
        if (!(config.get(key) instanceof Map<?, ?> own)) {
            throw new FormatException(file + ": has no '" + key
                    + "', so it is not of a whole CLIP; that of a text encoder is not enough");
        }
        own.forEach((name, value) -> {
            if (value != null) {
                part.put(name.toString(), value);
            }
        });
        Object projection = config.get("projection_dim");
        part.put("projection_dim", projection == null ? 512 : projection);
        return part;
    }

    /**
     * The features of a text, which is cut where it is too long.
     *
     * @return of unit length
     */
    public float[] text(String text) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            int[] row = tokenizer.row(text);
            long[] tokens = new long[row.length];
            for (int i = 0; i < row.length; i++) {
                tokens[i] = row[i];
            }
            return array(model.textFeatures(Tensors.of(tokens, 1, row.length)));
        }
    }

    /**
     * The features of a picture.
     *
     * @return of unit length
     * @throws FormatException if the file is no image, or is damaged or too large
     */
    public float[] picture(Path file) {
        try (PointerScope scope = new PointerScope()) {
            return picture(Picture.read(file));
        }
    }

    /**
     * The features of a picture.
     *
     * @param picture uint8 {@code [3, height, width]}
     * @return of unit length
     */
    public float[] picture(Tensor picture) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode noGrad = new AutoGradMode(false)) {
            return array(model.pictureFeatures(torch.stack(new TensorVector(pictures.prepare(picture)))));
        }
    }

    private static float[] array(Tensor features) {
        double[] values = Tensors.toArray(features);
        float[] array = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            array[i] = (float) values[i];
        }
        return array;
    }

    /**
     * How well a text fits a picture, as {@code evaluate.ClipScore} has it: 100 times the cosine.
     *
     * @param text of {@link #text}
     * @param picture of {@link #picture(Path)}
     */
    public static double score(float[] text, float[] picture) {
        require(
                text.length == picture.length,
                "features of %s and %s numbers are not of the same CLIP",
                text.length,
                picture.length);
        double cosine = 0;
        for (int i = 0; i < text.length; i++) {
            cosine += (double) text[i] * picture[i];
        }
        return PERCENT * cosine;
    }

    @Override
    public void close() {
        model.close();
    }
}
