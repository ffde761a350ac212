package org.diffusion4j.image;

import java.util.concurrent.atomic.LongAdder;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;

/** A network that counts the samples that go through it; closing it closes the network. */
final class CountedNetwork implements Network {

    private final Network network;
    private final LongAdder samples = new LongAdder();

    /** Of a network, borrowed. */
    CountedNetwork(Network network) {
        this.network = network;
    }

    /** How many samples went through it so far. */
    long samples() {
        return samples.sum();
    }

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        samples.add(x.size(0));
        return network.forward(x, timesteps, condition);
    }

    @Override
    public void train(long seed) {
        network.train(seed);
    }

    @Override
    public void eval() {
        network.eval();
    }

    @Override
    public Parameters parameters() {
        return network.parameters();
    }
}
