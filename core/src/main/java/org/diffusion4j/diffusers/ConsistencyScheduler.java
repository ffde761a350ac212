package org.diffusion4j.diffusers;

import java.util.stream.IntStream;
import org.diffusion4j.process.DiffusionProcess;
import org.diffusion4j.process.OutputMeaning;
import org.diffusion4j.process.Preconditioned;
import org.diffusion4j.process.RetimedProcess;
import org.diffusion4j.process.VarianceExploding;
import org.diffusion4j.sample.Clipped;
import org.diffusion4j.sample.Sampler;
import org.diffusion4j.sample.chain.ConsistencyMultistep;
import org.diffusion4j.schedule.NoiseSpacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * {@code CMStochasticIterativeScheduler}, of consistency models: the time is the noise level, timestep k is the k-th of Karras' levels,
 * and what the model calls clean has the noise of the last.
 *
 * @param least its sigma_min
 * @param noise the standard deviation of what is added
 */
record ConsistencyScheduler(
        DiffusionProcess process,
        OutputMeaning meaning,
        X0Limit limits,
        int total,
        double least,
        double most,
        double rho,
        double noise)
        implements PublishedScheduler {

    static ConsistencyScheduler of(SchedulerKeys keys) {
        double least = keys.number("sigma_min", 0.002);
        return new ConsistencyScheduler(
                new RetimedProcess(new VarianceExploding(), sigma -> 250 * Math.log(sigma)),
                new OutputMeaning(new Preconditioned(keys.number("sigma_data", 0.5), least, false), null),
                keys.flag("clip_denoised", true) ? (model, eps) -> new Clipped(model, 1, eps) : X0Limit.NONE,
                keys.integer("num_train_timesteps", 40),
                least,
                keys.number("sigma_max", 80),
                keys.number("rho", 7),
                keys.number("s_noise", 1));
    }

    @Override
    public TimeGrid grid(int steps) {
        int stride = total / steps;
        return ofLevels(IntStream.range(0, steps).map(i -> i * stride));
    }

    /** Of the reference's numbers, which count from the clean end, though it takes them for levels counted from the noisy one. */
    @Override
    public TimeGrid gridOf(double... numbers) {
        return ofLevels(IntStream.range(0, numbers.length).map(i -> (int) numbers[numbers.length - 1 - i]));
    }

    private TimeGrid ofLevels(IntStream numbers) {
        double[] all = NoiseSpacing.karras(total, least, most, rho);
        double[] levels = numbers.mapToDouble(k -> all[k]).toArray();
        return TimeGrid.of(levels, Math.min(least, levels[levels.length - 1]));
    }

    @Override
    public Sampler sampler() {
        Sampler sampler = new ConsistencyMultistep(least);
        return (model, grid, start, stream, listener) ->
                sampler.sample(model, grid, start, stream.times(noise), listener);
    }
}
