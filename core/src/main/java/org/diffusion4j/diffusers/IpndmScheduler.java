package org.diffusion4j.diffusers;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.process.CosineProcess;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Prediction;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.Pndm;
import org.diffusion4j.schedule.TimeGrid;

/** {@code IPNDMScheduler}: iPNDM for v on a quarter of a circle, in steps where sigma is sin²(πu/2) for equal differences of u. */
record IpndmScheduler() implements PublishedScheduler {

    IpndmScheduler(SchedulerKeys keys) {
        this();
        require(keys.numbers("trained_betas").isEmpty(), "trained_betas of IPNDMScheduler cannot be read");
    }

    @Override
    public DiffusionProcess process() {
        return new CosineProcess();
    }

    @Override
    public OutputMeaning meaning() {
        return new OutputMeaning(Prediction.V, null);
    }

    @Override
    public X0Limit limits() {
        return (model, eps) -> new DeafInPureNoise(model);
    }

    @Override
    public TimeGrid grid(int steps) {
        double[] times = IntStream.range(0, steps)
                .mapToDouble(i -> Math.sin(Math.PI / 2 * (1 - (double) i / steps)))
                .map(root -> Math.asin(root * root) / (Math.PI / 2))
                .toArray();
        return TimeGrid.of(times, 0);
    }

    @Override
    public Sampler sampler() {
        return new Pndm(Pndm.Begin.LOWER_ORDER, Prediction.EPS);
    }

    /** At t = 1, where x is pure noise, the reference takes x0 for 0 whatever the network says. */
    private record DeafInPureNoise(Denoiser model) implements Denoiser {

        @Override
        public DiffusionProcess process() {
            return model.process();
        }

        @Override
        public Denoised at(Tensor x, double t) {
            Denoised at = model.at(x, t);
            return process().alpha(t) > 0 ? at : new Denoised(at.x0().sub(at.x0()), at.eps());
        }
    }
}
