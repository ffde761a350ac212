package org.diffusion4j.image.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.engine.Sha256;
import org.diffusion4j.evaluate.FeatureNetwork;
import org.diffusion4j.io.NamedTensors;
import org.diffusion4j.nn.vision.Features;
import org.diffusion4j.nn.vision.InceptionInput;
import org.diffusion4j.nn.vision.InceptionV3;

/** The Inception-v3 that FID is defined with, its weights from a file that the user names. */
public final class InceptionNetwork implements FeatureNetwork {

    private static final String PUBLISHED = "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
            + "pt_inception-2015-12-05-6726825d.pth";

    private final InceptionV3 network;
    private final InceptionInput input;
    private final String name;

    /**
     * Reads the weights.
     *
     * @param weights the published {@code .pth}, or the same tensors as {@code .safetensors}
     * @param input how pictures are resized
     * @throws DiffusionException if the file is missing, with a word on where to get it
     * @throws org.diffusion4j.engine.WeightsException if it has other tensors
     */
    public InceptionNetwork(Path weights, InceptionInput input) {
        if (!Files.exists(weights)) {
            throw new DiffusionException(
                    weights + ": there is no such file; the weights of FID's Inception network are published at "
                            + PUBLISHED + " (91 MB)");
        }
        this.input = input;
        network = new InceptionV3();
        try (NamedTensors file = NamedTensors.open(weights)) {
            Map<String, Tensor> tensors = new HashMap<>(file.tensors());
            tensors.keySet().removeIf(tensor -> tensor.endsWith(".num_batches_tracked")); // which only training reads
            network.parameters().load(tensors, weights.toString());
            name = "inception-2015-12-05 " + Sha256.of(weights).substring(0, 12) + " " + input;
        } catch (IOException e) {
            network.close();
            throw FileTrouble.reading(weights, e);
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int dims() {
        return InceptionV3.DIMS;
    }

    @Override
    public int classes() {
        return InceptionV3.CLASSES;
    }

    @Override
    public int spatialDims() {
        return InceptionV3.SPATIAL_DIMS;
    }

    @Override
    public Features of(Tensor pixels) {
        try (AutoGradMode noGrad = new AutoGradMode(false)) {
            return network.of(pixels, input);
        }
    }

    @Override
    public void close() {
        network.close();
    }
}
