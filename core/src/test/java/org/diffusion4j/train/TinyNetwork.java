package org.diffusion4j.train;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Initialiser;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.jspecify.annotations.Nullable;

/** Two layers over the pixels, the time and the class: enough to learn a handful of tiny images, in microseconds a step. */
final class TinyNetwork implements Network {

    private final Parameters parameters = new Parameters();
    private final Parameters.Parameter in;
    private final Parameters.Parameter time;
    private final Parameters.Parameter classes;
    private final Parameters.Parameter out;
    private final Parameters.Parameter bias;

    TinyNetwork(long pixels, long width, int classCount) {
        in = parameters.add("in.weight", Initialiser.fanIn(pixels), width, pixels);
        time = parameters.add("time.weight", Initialiser.fanIn(2), width, 2);
        classes = parameters.add("classes.weight", new Initialiser.Normal(1), classCount, width);
        out = parameters.add("out.weight", Initialiser.fanIn(width), pixels, width);
        bias = parameters.add("out.bias", Initialiser.ZEROS, pixels);
        parameters.allocate(7, ScalarType.Float);
    }

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, @Nullable Tensor labels) {
        Tensor t = timesteps.div(new Scalar(1000.0)).unsqueeze(1);
        Tensor hidden = torch.linear(x.flatten(1, -1), in.value())
                .add(torch.linear(torch.cat(new org.bytedeco.pytorch.TensorVector(t, t.mul(t)), 1), time.value()));
        if (labels != null) {
            hidden = hidden.add(classes.value().index_select(0, labels));
        }
        return torch.linear(torch.silu(hidden), out.value(), new TensorOptional(bias.value()))
                .view_as(x);
    }

    @Override
    public void training(boolean training) {}

    @Override
    public Parameters parameters() {
        return parameters;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
