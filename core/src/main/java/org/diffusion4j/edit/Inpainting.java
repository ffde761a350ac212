package org.diffusion4j.edit;

import static org.diffusion4j.engine.Require.require;

import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.NoiseLevel;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.sample.chain.Ddpm;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Inpainting: after every step the known pixels are put back, as noisy as x is there; at the end they are what they were.
 *
 * <p>Along a plain grid this is replacement (Sohl-Dickstein et al. 2015; Song et al., "Score-Based Generative Modeling through
 * Stochastic Differential Equations", ICLR 2021, appendix I.2). Along a {@linkplain TimeGrid#resampled resampled} one it is RePaint
 * (Lugmayr et al., CVPR 2022, algorithm 1), which gives the new pixels time to agree with the known ones; its sampler is {@link Ddpm}.
 *
 * @param sampler of the steps; every step is a walk of its own, so a multistep sampler is left with its first order
 * @param known x0, {@code [batch or 1, ...]}; borrowed
 * @param mask not 0 where {@code known} holds and 0 where the model draws, in a shape that spreads to that of x; borrowed
 */
public record Inpainting(Sampler sampler, Tensor known, Tensor mask) implements Sampler {

    /** After one draw for x while it becomes noisier and one for the known pixels. */
    private static final int SAMPLERS_FIRST = 2;

    private static final int FEWEST = 4;

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        double end = grid.next(grid.steps() - 1);
        require(
                model.process().sigma(end) == 0,
                "inpainting must end at the clean sample, where the known pixels are put back; the grid ends at %s",
                end);
        return SamplingLoop.along(grid, start, listener, (x, i) -> {
            Tensor xt = x;
            if (i > 0 && grid.next(i - 1) < grid.time(i)) {
                Tensor z = noise.draw(NoiseStream.address(i, 0, draws()), x);
                xt = noisier(model.process(), x, grid.next(i - 1), grid.time(i), z);
            }
            return step(model, grid.time(i), grid.next(i), xt, i, noise);
        });
    }

    private int draws() {
        return Math.max(FEWEST, SAMPLERS_FIRST + sampler.drawsPerStep());
    }

    @Override
    public boolean dependsOnBatch() {
        return sampler.dependsOnBatch();
    }

    /** Sample of q(x_t | x_s), s &lt; t (RePaint, algorithm 1, line 9, over any distance). */
    private static Tensor noisier(DiffusionProcess p, Tensor xs, double s, double t, Tensor z) {
        double kept = p.alpha(t) / p.alpha(s);
        double std = Math.sqrt(p.posterior(t, s).stepVariance());
        return xs.mul(new Scalar(kept)).add(z, new Scalar(std));
    }

    private SamplingLoop.Moved step(Denoiser model, double t, double s, Tensor xt, int i, NoiseStream noise) {
        NoiseStream samplers =
                (step, like) -> noise.draw(NoiseStream.address(i, SAMPLERS_FIRST + step - 1, draws()), like);
        PointerScope scope = Objects.requireNonNull(PointerScope.getInnerScope()); // Walk's, of this step
        Tensor[] x0 = new Tensor[1];
        try (Tensor drawn = sampler.sample(model, TimeGrid.of(new double[] {t}, s), xt, samplers, inner -> {
            x0[0] = inner.x0();
            scope.attach(x0[0]); // it was borrowed until here
        })) {
            Tensor eps = noise.draw(NoiseStream.address(i, 1, draws()), xt);
            Tensor given = NoiseLevel.at(model.process(), s).noised(known.to(xt.scalar_type()), eps);
            return new SamplingLoop.Moved(given.where(mask.to(ScalarType.Bool), drawn), x0[0]);
        }
    }
}
