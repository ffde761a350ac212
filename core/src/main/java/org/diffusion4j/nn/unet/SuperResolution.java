package org.diffusion4j.nn.unet;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;

/**
 * A network that is shown a small image beside x_t, enlarged to its size, and so learns to draw what is missing in it.
 *
 * <p>Nichol, Dhariwal 2021 and Dhariwal, Nichol 2021, whose {@code SuperResModel} this is; Saharia et al., "Image Super-Resolution via
 * Iterative Refinement", 2021. Bilinear between the middles of pixels.
 *
 * @param network with the channels of x_t and then of the small image; closed with this
 * @param small {@code [batch, channels, height, width]}, borrowed
 */
public record SuperResolution(Network network, Tensor small) implements Network {

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        return Scoped.result(() -> {
            Tensor large = torch.upsample_bilinear2d(small, new long[] {x.size(2), x.size(3)}, false);
            return network.forward(torch.cat(new TensorVector(x, large), 1), timesteps, condition);
        });
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

    @Override
    public void close() {
        network.close();
    }
}
