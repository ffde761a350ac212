package org.diffusion4j.sample.sde;

import static org.diffusion4j.engine.Require.require;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.sample.sigma.Exploded;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Annealed Langevin dynamics: at each noise level some steps {@code x + size·score + √(2·size)·z} with {@code size = share·sigma²}, in
 * the coordinates x/alpha and sigma/alpha; then the next level begins where this one ended. A grid that ends at the clean sample ends
 * with a step of denoising, to the model's x0.
 *
 * <p>Song, Ermon, "Generative Modeling by Estimating Gradients of the Data Distribution", NeurIPS 2019, algorithm 1, where share is
 * {@code epsilon/sigma_L²} for the least level sigma_L; the denoising: Song, Ermon, NeurIPS 2020, and Jolicoeur-Martineau et al., 2021.
 *
 * @param share of a level's variance that a step is long, above 0; 0.2 in NCSN (2e-5 at 0.01)
 * @param stepsPerLevel at least 1; 100 in NCSN, 5 and less with many levels
 */
public record AnnealedLangevin(double share, int stepsPerLevel) implements Sampler {

    public AnnealedLangevin {
        require(share > 0 && share < Double.POSITIVE_INFINITY, "the share of a step must be above 0, was %s", share);
        require(stepsPerLevel >= 1, "each level needs at least 1 step, was %s", stepsPerLevel);
    }

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        DiffusionProcess own = model.process();
        double first = own.alpha(grid.time(0));
        require(
                first > 0,
                "at time %s there is no signal left, so there is no noise level sigma/alpha: begin the grid a little later, or take ode",
                grid.time(0));
        Denoiser exploded = new Exploded(model);
        DiffusionProcess process = exploded.process();
        TimeGrid visits = visits(grid, process);
        SampleListener inOwn = step -> listener.onStep(new SampleListener.Step(
                step.index(), step.steps(), step.t(), step.x().mul(new Scalar(own.alpha(step.t()))), step.x0()));
        try (PointerScope scope = new PointerScope()) {
            Tensor y = start.div(new Scalar(first));
            Tensor end = SamplingLoop.along(visits, y, inOwn, (x, i) -> {
                double sigma = process.sigma(visits.time(i));
                Denoised at = exploded.at(x, visits.time(i));
                if (process.sigma(visits.next(i)) == 0) {
                    return new SamplingLoop.Moved(at.x0(), at.x0());
                }
                Tensor towards = x.sub(at.eps(), new Scalar(share * sigma));
                Tensor z = noise.draw(1 + i, x);
                return new SamplingLoop.Moved(towards.add(z, new Scalar(Math.sqrt(2 * share) * sigma)), at.x0());
            });
            double last = own.alpha(grid.next(grid.steps() - 1));
            if (last == 1) {
                return end;
            }
            try (end) {
                Tensor x = end.mul(new Scalar(last));
                x.retainReference();
                return x;
            }
        }
    }

    /** Every level as often as it has steps, then the clean sample, where the grid ends there. */
    private TimeGrid visits(TimeGrid grid, DiffusionProcess process) {
        int levels = grid.steps();
        double end = grid.next(levels - 1);
        boolean clean = process.sigma(end) == 0;
        double[] times = IntStream.range(0, levels * stepsPerLevel + (clean ? 1 : 0))
                .mapToDouble(i -> grid.time(Math.min(levels - 1, i / stepsPerLevel)))
                .toArray();
        double[] nexts = IntStream.range(0, times.length)
                .mapToDouble(i -> (i + 1) % stepsPerLevel == 0 && i < levels * stepsPerLevel
                        ? grid.next(i / stepsPerLevel)
                        : times[i])
                .toArray();
        if (clean) {
            nexts[times.length - 2] = times[times.length - 2];
            nexts[times.length - 1] = end;
        }
        return TimeGrid.of(times, nexts);
    }

    @Override
    public int drawsPerStep() {
        return stepsPerLevel;
    }
}
