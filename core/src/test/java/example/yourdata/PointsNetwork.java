package example.yourdata;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.CloseGuard;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Linear;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;
import org.diffusion4j.nn.TimeFeatures;

/** Three linear layers on a point and its time: {@code [batch, 2]} in and out. */
final class PointsNetwork implements Network {

    private final Parameters parameters = new Parameters();
    private final TimeFeatures time = new TimeFeatures.Sines(32, 1, false);
    private final Linear in;
    private final Linear middle;
    private final Linear out;

    PointsNetwork(int width, long seed) {
        in = new Linear(parameters.root().to("in"), 2 + time.width(), width);
        middle = new Linear(parameters.root().to("middle"), width, width);
        out = Linear.zero(parameters.root().to("out"), width, 2);
        parameters.allocate(seed, ScalarType.Float);
    }

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        condition.only(); // refuses any
        try (CloseGuard.Use use = parameters.use()) {
            return Scoped.result(() -> output(x.to(ScalarType.Float), timesteps));
        }
    }

    private Tensor output(Tensor x, Tensor timesteps) {
        Tensor h = torch.cat(new TensorVector(x, time.of(timesteps, ScalarType.Float)), 1);
        return out.apply(torch.silu(middle.apply(torch.silu(in.apply(h)))));
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
