package org.diffusion4j.sample.chain;

import static org.diffusion4j.engine.Require.require;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Each step takes the model's clean sample and adds fresh noise up to the next time. For models that were distilled to find the clean
 * sample at once; others lose detail by it.
 *
 * <p>Song, Dhariwal, Chen, Sutskever, "Consistency Models", ICML 2023, algorithm 1; Luo et al., "Latent Consistency Models", 2023,
 * algorithm 3; the stochastic sampling of flow matching in diffusers.
 *
 * @param least the noise-to-signal ratio that is left in what the model calls clean: its sigma_min, or 0
 */
public record ConsistencyMultistep(double least) implements Sampler {

    public ConsistencyMultistep {
        require(least >= 0, "the least noise level must not be negative, was %s", least);
    }

    /** Of a model whose clean sample is clean. */
    public ConsistencyMultistep() {
        this(0);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        DiffusionProcess p = model.process();
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            double s = grid.next(i);
            Tensor x0 = model.at(xt, grid.time(i)).x0();
            Tensor mean = x0.mul(new Scalar(p.alpha(s)));
            double left = p.alpha(s) * least;
            double std = Math.sqrt(Math.max(0, p.sigma(s) * p.sigma(s) - left * left));
            return new SamplingLoop.Moved(std == 0 ? mean : mean.add(noise.draw(1 + i, xt), new Scalar(std)), x0);
        });
    }
}
