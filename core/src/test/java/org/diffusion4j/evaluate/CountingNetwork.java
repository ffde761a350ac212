package org.diffusion4j.evaluate;

import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Features;

/** The classifier of MNIST; counts how often it is asked, and the pictures that it sees. */
final class CountingNetwork implements FeatureNetwork {

    private final FeatureNetwork network = Classifier.mnist();
    int calls;
    int seen;

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
        calls++;
        seen += (int) pixels.size(0);
        return network.of(pixels);
    }

    @Override
    public void close() {
        network.close();
    }
}
