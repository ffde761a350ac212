package org.diffusion4j.evaluate;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.nn.vision.Features;
import org.jspecify.annotations.Nullable;

/** The classifier of MNIST; counts how often it is asked, and the pictures that it sees. */
public final class CountingNetwork implements FeatureNetwork {

    private final FeatureNetwork network = Classifier.mnist();
    int calls;
    public int seen;

    @Nullable
    RuntimeException failure;

    @Override
    public String name() {
        return network.name();
    }

    @Override
    public int dims() {
        return network.dims();
    }

    @Override
    public int classes() {
        return network.classes();
    }

    @Override
    public Features of(Tensor pixels) {
        if (failure != null) {
            throw failure;
        }
        calls++;
        seen += (int) pixels.size(0);
        return network.of(pixels);
    }

    @Override
    public void close() {
        network.close();
    }
}
