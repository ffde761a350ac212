package org.diffusion4j.image.measure;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.data.PixelCodec;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.engine.WeightsException;
import org.diffusion4j.evaluate.FeatureNetwork;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.ModelsJar;
import org.diffusion4j.io.Safetensors;
import org.diffusion4j.io.TensorFile;
import org.diffusion4j.nn.vision.Features;
import org.diffusion4j.nn.vision.ImageClassifier;
import org.jspecify.annotations.Nullable;

/**
 * A trained classifier of small pictures and the names of its classes; its last features are what "MNIST-FID" means here, its logits
 * "MNIST-IS". It is one safetensors file, with the configuration in the metadata.
 */
public final class Classifier implements FeatureNetwork {

    private static final String SHIPPED = "mnist-classifier.safetensors";
    private static final String SHIPPED_SHA256 = "9dee2654af1f82f3cdf4c78cc50aecdb72d8b366ba26c48d5e00dedcf4f27cd1";
    private static final String KEY = "diffusion4j";

    private final ImageClassifier network;
    private final List<String> labels;
    private final String name;
    private final String hash;

    private Classifier(ImageClassifier network, List<String> labels, String name, String hash) {
        this.network = network;
        this.labels = labels;
        this.name = name;
        this.hash = hash;
    }

    /** The classifier of MNIST that comes with this library, trained by {@code recipes/classifier-mnist.json}; owned by the caller. */
    public static Classifier mnist() {
        try {
            Path file = Files.createTempFile("diffusion4j", ".safetensors");
            try {
                Files.write(file, ModelsJar.bytes(SHIPPED));
                if (!Sha256.of(file).equals(SHIPPED_SHA256)) {
                    throw new WeightsException(
                            SHIPPED + ": is not the file that this library was built with; build it again");
                }
                return read(file, "mnist-classifier");
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw FileTrouble.reading(Path.of(SHIPPED), e);
        }
    }

    /**
     * Reads a classifier's file.
     *
     * @return owned by the caller
     * @throws FormatException if it is not the file of a classifier
     * @throws WeightsException if weights and configuration do not fit
     */
    public static Classifier read(Path file) {
        return read(file, String.valueOf(file.getFileName()).replace(".safetensors", ""));
    }

    private static Classifier read(Path file, String called) {
        try (TensorFile tensors = Safetensors.open(file)) {
            String json = tensors.metadata().get(KEY);
            if (json == null) {
                throw new FormatException(file + ": is not a classifier; 'diffuse classifier train' writes such files");
            }
            Map<String, @Nullable Object> facts = Json.parseObject(json, file.toString());
            if (!(facts.get("network") instanceof Map<?, ?> config && facts.get("labels") instanceof List<?> labels)) {
                throw new FormatException(file + ": the metadata of a classifier have 'network' and 'labels'");
            }
            ImageClassifier network = new ImageClassifier(config(config, file), 0);
            try {
                network.parameters().load(tensors.tensors(), file.toString());
                String hash = Sha256.of(file).substring(0, 12);
                return new Classifier(
                        network, labels.stream().map(String::valueOf).toList(), called + " " + hash, hash);
            } catch (IOException | RuntimeException e) {
                network.close();
                throw e;
            }
        } catch (IOException e) {
            throw FileTrouble.reading(file, e);
        }
    }

    @SuppressWarnings("unchecked") // keys of JSON are texts
    private static ImageClassifier.Config config(Map<?, ?> tree, Path file) {
        return Records.CAMEL_CASE.read(ImageClassifier.Config.class, (Map<String, ?>) tree, file.toString());
    }

    /**
     * Writes a classifier's file.
     *
     * @param training how it came about, as a JSON tree
     */
    public static void write(
            Path file, ImageClassifier network, List<String> labels, Map<String, ? extends @Nullable Object> training) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("network", Records.CAMEL_CASE.write(network.config()));
        facts.put("labels", labels);
        facts.put("training", training);
        try (CloseGuard.Use use = network.parameters().use();
                PointerScope scope = new PointerScope()) {
            Safetensors.write(
                    file, network.parameters().viewsOf(network.parameters().values()), Map.of(KEY, Json.line(facts)));
        }
    }

    /** The first twelve digits of its file's SHA-256. */
    public String hash() {
        return hash;
    }

    /** How many channels a picture has. */
    public int channels() {
        return network.config().channels();
    }

    /** What each level of the network makes of pictures, see {@link ImageClassifier#maps}. */
    public List<Tensor> maps(Tensor x) {
        return network.maps(x);
    }

    /** The names of the classes. */
    public List<String> labels() {
        return labels;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dims() {
        List<Integer> widths = network.config().widths();
        return widths.get(widths.size() - 1);
    }

    @Override
    public int classes() {
        return network.config().classes();
    }

    @Override
    public Features of(Tensor pixels) {
        require(
                pixels.size(1) == channels(),
                "%s is for pictures of %s channels, these have %s",
                name,
                channels(),
                pixels.size(1));
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            return network.of(new PixelCodec().encode(pixels));
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
