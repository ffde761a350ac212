package org.diffusion4j.nn.series;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.nn.Parameters;

/** TimeGrad's denoiser without what comes before it: {@code [batch, 1, series]} in and out. */
final class OnlyDenoiser implements Network {

    private final Parameters parameters = new Parameters();
    private final DilatedResidual denoiser;

    /** Under names that begin with {@code place}, if that is not empty. */
    OnlyDenoiser(String place, int series, int context, DilatedResidualConfig config) {
        Parameters.Path root = parameters.root();
        denoiser = new DilatedResidual(place.isEmpty() ? root : root.to(place), series, context, config);
        parameters.allocate(0, ScalarType.Float);
    }

    @Override
    public Tensor forward(Tensor x, Tensor timesteps, Condition condition) {
        return denoiser.of(x, timesteps, condition.get(TimeGradNetwork.CONTEXT));
    }

    @Override
    public Parameters parameters() {
        return parameters;
    }
}
