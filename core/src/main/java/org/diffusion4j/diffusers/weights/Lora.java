package org.diffusion4j.diffusers.weights;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.diffusers.weights.LoraKey.Piece;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.Parameters.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * An open LoRA file: what is added to some weights of Stable Diffusion so that it draws another thing or style (Hu et al., "LoRA: Low-Rank
 * Adaptation of Large Language Models", ICLR 2022). Keys as PEFT, diffusers and kohya's scripts write them.
 *
 * <p>W' = W + scale · alpha / rank · up · down. Where neither the key {@code alpha} nor the file's metadata say otherwise, alpha is the rank.
 *
 * <p>Not thread-safe.
 */
public final class Lora implements AutoCloseable {

    private static final String METADATA = "lora_adapter_metadata"; // diffusers', since version 0.34
    private static final int MOST_NAMED = 3;
    private static final String WEIGHT = ".weight";

    private final Path path;
    private final NamedTensors file;
    private final Map<String, Map<Piece, Tensor>> layers = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> metadata;

    private Lora(Path path, NamedTensors file) {
        this.path = path;
        this.file = file;
        String text =
                file instanceof TensorFile safetensors ? safetensors.metadata().get(METADATA) : null;
        metadata = text == null ? Map.of() : Json.parseObject(text, path + ": " + METADATA);
        file.tensors().forEach((key, tensor) -> {
            LoraKey known = LoraKey.of(key)
                    .orElseThrow(() -> new FormatException(path + ": key '" + key
                            + "' is of no LoRA that is read here; those with lora_up and lora_down, lora_A and lora_B are,"
                            + " LoHa, LoKr and DoRA are not"));
            if (layers.computeIfAbsent(known.layer(), name -> new EnumMap<>(Piece.class))
                            .put(known.piece(), tensor)
                    != null) {
                throw new FormatException(path + ": key '" + key + "' names a layer that another key names too");
            }
        });
        layers.forEach(this::requireWhole);
    }

    private void requireWhole(String layer, Map<Piece, Tensor> pieces) {
        Tensor up = pieces.get(Piece.UP);
        Tensor down = pieces.get(Piece.DOWN);
        Tensor alpha = pieces.get(Piece.ALPHA);
        if (up == null || down == null) {
            throw new FormatException(
                    path + ": " + layer + " has only " + pieces.keySet() + "; UP and DOWN are needed");
        }
        boolean together = up.dim() >= 2
                && down.dim() >= 2
                && up.numel() >= 1
                && down.numel() >= 1
                && up.size(1) == down.size(0)
                && up.numel() == up.size(0) * up.size(1);
        if (!together) {
            throw new FormatException(path + ": the matrices of " + layer + " do not fit each other: " + shape(up)
                    + " and " + shape(down));
        }
        if (alpha != null && alpha.numel() != 1) {
            throw new FormatException(path + ": alpha of " + layer + " is " + shape(alpha) + ", a number is needed");
        }
        try (PointerScope scope = new PointerScope()) {
            pieces.forEach((piece, tensor) -> {
                if (!tensor.is_floating_point() || !tensor.isfinite().all().item_bool()) {
                    throw new FormatException(path + ": " + piece + " of " + layer
                            + " has values that are no finite floating-point numbers");
                }
            });
        }
    }

    private static String shape(Tensor tensor) {
        return Arrays.toString(tensor.sizes().vec().get());
    }

    /**
     * Opens a file, in {@code .safetensors} or as PyTorch saves it.
     *
     * @throws FormatException if it is no LoRA, or one of another method (LoHa, LoKr, DoRA)
     * @throws org.diffusion4j.engine.DiffusionException if it cannot be read
     */
    public static Lora open(Path path) {
        NamedTensors file = NamedTensors.open(path);
        try {
            return new Lora(path, file);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * The layers of a model that this LoRA changes.
     *
     * @param model the networks' parameters, under the names of diffusers' folders
     * @throws WeightsException if some are not in the model or are of another shape: it was made for another one
     */
    public List<LoraLayer> layersOf(Map<ModelPart, Parameters> model) {
        return find(model).keySet().stream().toList();
    }

    /**
     * Adds it to the weights of a model, all or nothing. Several may be added one after the other; a negative scale takes one away,
     * up to rounding.
     *
     * @param model the networks' parameters, under the names of diffusers' folders
     * @param scale how strongly, usually from 0 to 1
     * @throws WeightsException if some of its layers are not in the model or are of another shape: it was made for another one
     */
    public void addTo(Map<ModelPart, Parameters> model, double scale) {
        require(Double.isFinite(scale), "the scale of a LoRA must be finite, was %s", scale);
        Map<LoraLayer, Found> found = find(model);
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            found.forEach((layer, at) -> {
                try (PointerScope scope = new PointerScope()) {
                    Tensor weight = at.parameter.value();
                    weight.add_(layer.difference(at.up, at.down, weight, scale));
                }
            });
        }
    }

    /** A layer of a model, and the matrices that belong to it. */
    private record Found(Parameter parameter, Tensor up, Tensor down) {

        boolean fits() {
            long[] shape = parameter.shape();
            long inputs = down.numel() / down.size(0);
            return shape.length >= 2 && shape[0] == up.size(0) && parameter.count() == up.size(0) * inputs;
        }
    }

    private Map<LoraLayer, Found> find(Map<ModelPart, Parameters> model) {
        Map<String, Named> index = index(model);
        Map<LoraLayer, Found> found = new LinkedHashMap<>();
        List<String> strange = new ArrayList<>();
        layers.forEach((key, pieces) -> {
            Named named = index.get(key);
            Tensor up = pieces.get(Piece.UP);
            Tensor down = pieces.get(Piece.DOWN);
            if (named == null || up == null || down == null) {
                strange.add(key);
                return;
            }
            Found at = new Found(named.parameter, up, down);
            if (at.fits()) {
                int rank = (int) down.size(0);
                found.put(
                        new LoraLayer(named.part, named.module, rank, factor(named, pieces.get(Piece.ALPHA), rank)),
                        at);
            } else {
                strange.add(key + " (another shape)");
            }
        });
        if (!strange.isEmpty()) {
            throw new WeightsException(path + ": does not fit this model, " + strange.size() + " of its "
                    + layers.size()
                    + " layers are not in it: "
                    + String.join(", ", strange.subList(0, Math.min(MOST_NAMED, strange.size())))
                    + (strange.size() > MOST_NAMED ? " …" : "")
                    + "; use it with the base that it was made for (Stable Diffusion 1, 2 or XL)");
        }
        return found;
    }

    private record Named(ModelPart part, String module, Parameter parameter) {}

    /** The layers of a model by all names that files may have for them. */
    private static Map<String, Named> index(Map<ModelPart, Parameters> model) {
        Map<String, Named> index = new TreeMap<>();
        model.forEach((part, parameters) -> {
            List<Parameter> weights = parameters.all().stream()
                    .filter(parameter -> parameter.name().endsWith(WEIGHT))
                    .toList();
            NameTable others = part == ModelPart.UNET ? compVis(weights) : new NameTable();
            for (Parameter parameter : weights) {
                String name = parameter.name();
                Named named = new Named(part, name.substring(0, name.length() - WEIGHT.length()), parameter);
                index.put(LoraKey.layer(part, named.module), named);
                others.theirs(named.module).forEach(other -> index.put(LoraKey.layer(part, other), named));
            }
        });
        return index;
    }

    private static NameTable compVis(List<Parameter> unet) {
        List<String> names = unet.stream().map(Parameter::name).toList();
        return CompVisNames.unet(
                CompVisNames.count(names, "down_blocks."), CompVisNames.count(names, "down_blocks.0.resnets."));
    }

    /** Alpha divided by the rank; kohya's scripts take an alpha of 0 for the rank. */
    private double factor(Named layer, @Nullable Tensor stored, int rank) {
        if (stored != null) {
            double alpha = stored.to(ScalarType.Double).item_double();
            return alpha == 0 ? 1 : alpha / rank;
        }
        String part = layer.part.folder() + ".";
        @Nullable Object alpha = metadata.get(part + "lora_alpha");
        if (metadata.get(part + "alpha_pattern") instanceof Map<?, ?> patterns) {
            for (Map.Entry<?, ?> pattern : patterns.entrySet()) {
                if (("." + layer.module).endsWith("." + pattern.getKey())) {
                    alpha = pattern.getValue();
                }
            }
        }
        if (alpha == null) {
            return 1;
        }
        if (!(alpha instanceof Number number && Double.isFinite(number.doubleValue()))) {
            throw new FormatException(path + ": " + METADATA + ": lora_alpha of " + layer.part.folder() + " is " + alpha
                    + ", a number is needed");
        }
        boolean byRoot = Boolean.TRUE.equals(metadata.get(part + "use_rslora")); // Kalajdzievski 2023
        return number.doubleValue() / (byRoot ? Math.sqrt(rank) : rank);
    }

    @Override
    public void close() {
        layers.clear();
        file.close();
    }
}
