package example.yourdata;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.diffusion4j.engine.NoiseStream;
import org.diffusion4j.process.Denoised;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.sample.Denoiser;
import org.diffusion4j.sample.SampleListener;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.SamplerOption;
import org.diffusion4j.sample.SamplerProvider;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.sample.SamplingLoop;
import org.diffusion4j.sample.TimeSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * A sampler that keeps a part of the noise that it sees and draws the rest anew: the reverse SDE by an exponential integrator of order 1.
 *
 * @param strength of the new noise; 0 for none, which is DDIM
 */
record Refreshing(double strength) implements Sampler {

    @Override
    public Tensor sample(Denoiser model, TimeGrid grid, Tensor start, NoiseStream noise, SampleListener listener) {
        DiffusionProcess p = model.process();
        return SamplingLoop.along(grid, start, listener, (xt, i) -> {
            double t = grid.time(i);
            double s = grid.next(i);
            Denoised at = model.at(xt, t);
            double kept = Math.pow(p.noiseToSignal(s) / p.noiseToSignal(t), strength);
            double fresh = Math.sqrt(1 - kept * kept);
            Tensor mean = at.x0().mul(new Scalar(p.alpha(s))).add(at.eps(), new Scalar(p.sigma(s) * kept));
            Tensor xs = fresh == 0 ? mean : mean.add(noise.draw(1 + i, xt), new Scalar(p.sigma(s) * fresh));
            return new SamplingLoop.Moved(xs, at.x0());
        });
    }

    /** Makes it known by name, to recipes and the command line too; named in {@code META-INF/services}. */
    public static final class Provider implements SamplerProvider {

        private static final SamplerOption<Double> STRENGTH =
                SamplerOption.real("strength", 0, 0, 1, "of the new noise; 0 is ddim");

        @Override
        public List<Samplers.Entry> samplers() {
            return List.of(new Samplers.Entry(
                            "refreshing",
                            1,
                            1,
                            false,
                            "the example \"your own data\"",
                            "as ddim, with new noise",
                            settings -> new Refreshing(STRENGTH.of(settings)))
                    .withOptions(STRENGTH));
        }

        /** Each time is half the one before: {@code --spacing halving}. */
        @Override
        public Map<String, Function<String, TimeSpacing>> spacings() {
            return Map.of(
                    "halving",
                    values -> (process, steps) -> TimeGrid.ofTimesteps(IntStream.range(0, steps)
                            .map(i -> (process.table().steps() - 1) >> i)
                            .toArray()));
        }
    }
}
