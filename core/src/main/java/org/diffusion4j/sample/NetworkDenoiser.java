package org.diffusion4j.sample;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.Scoped;
import org.diffusion4j.nn.Condition;
import org.diffusion4j.nn.Network;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;

/**
 * The denoiser that a network is, once it is known what its output means. Runs without gradients, but where x requires one. Safe to share between threads,
 * as the network is.
 *
 * @param network borrowed
 * @param condition what the network receives beside x and t, borrowed
 */
public record NetworkDenoiser(Network network, DiffusionProcess process, OutputMeaning meaning, Condition condition)
        implements Denoiser {

    /** Of a network without condition and learned variance. */
    public NetworkDenoiser(Network network, DiffusionProcess process, Prediction prediction) {
        this(network, process, new OutputMeaning(prediction, null), Condition.NONE);
    }

    @Override
    public Denoised at(Tensor x, double t) {
        meaning.prediction().requireDefined(process.alpha(t), process.sigma(t));
        try (AutoGradMode grad = new AutoGradMode(x.requires_grad())) {
            NoiseLevel level = NoiseLevel.at(process, t);
            Tensor output = Scoped.result(
                    () -> network.forward(meaning.prediction().input(x, level), timesteps(x, t), condition)
                            .to(x.scalar_type()));
            return meaning.interpret(output, x, level);
        }
    }

    private Tensor timesteps(Tensor x, double t) {
        return torch.full(
                new long[] {x.size(0)},
                new Scalar(process.networkTime(t)),
                x.options()
                        .dtype(new ScalarTypeOptional(
                                x.scalar_type().intern() == ScalarType.Double ? ScalarType.Double : ScalarType.Float)));
    }
}
