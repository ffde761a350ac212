package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The times that a sampler visits: step i goes from {@code time(i)} down to {@code next(i)}. Immutable.
 *
 * <p>In a plain grid {@code next(i) = time(i + 1)}. Some references jump elsewhere than where they go on (DDIM in diffusers takes
 * t − ⌊T/n⌋ whatever the spacing); they are grids of their own, so that samplers stay free of it. For a discrete process times are
 * timesteps 0 … T − 1, and −1 is the clean sample (alphaBar = 1).
 */
public final class TimeGrid {

    /** The time of the clean sample in a discrete process. */
    public static final double CLEAN = -1;

    private final double[] times;
    private final double[] nexts;

    private TimeGrid(double[] times, double[] nexts) {
        this.times = times;
        this.nexts = nexts;
    }

    /**
     * A plain grid.
     *
     * @param times where the model is asked, decreasing
     * @param end where the last step goes, at most the last time
     * @throws IllegalArgumentException if there is no time, or the times do not decrease
     */
    public static TimeGrid of(double[] times, double end) {
        require(times.length > 0, "a time grid needs at least one time");
        for (int i = 1; i < times.length; i++) {
            require(
                    times[i] < times[i - 1],
                    "the times of a grid must decrease, but %s follows %s",
                    times[i],
                    times[i - 1]);
        }
        double last = times[times.length - 1];
        require(end <= last, "a time grid must end at or below its last time %s, was %s", last, end);
        double[] nexts = Arrays.copyOfRange(times, 1, times.length + 1);
        nexts[times.length - 1] = end;
        return new TimeGrid(times.clone(), nexts);
    }

    /**
     * A grid whose steps end elsewhere than where the next begins.
     *
     * @param times where the model is asked, in any order
     * @param nexts where each step goes, at most its time
     */
    public static TimeGrid of(double[] times, double[] nexts) {
        require(
                times.length > 0 && times.length == nexts.length,
                "a time grid needs as many ends as times and at least one, were %s and %s",
                nexts.length,
                times.length);
        for (int i = 0; i < times.length; i++) {
            require(nexts[i] <= times[i], "a step must not go up, but goes from %s to %s", times[i], nexts[i]);
        }
        return new TimeGrid(times.clone(), nexts.clone());
    }

    /**
     * A plain grid over the given timesteps of a discrete process, ending at the clean sample.
     *
     * @throws IllegalArgumentException if there is none, one is negative, or they do not decrease
     */
    public static TimeGrid ofTimesteps(int... timesteps) {
        require(
                Arrays.stream(timesteps).allMatch(t -> t >= 0),
                "timesteps must not be negative, were %s",
                Arrays.toString(timesteps));
        return of(Arrays.stream(timesteps).asDoubleStream().toArray(), CLEAN);
    }

    /** Every timestep of a process of T steps. */
    public static TimeGrid full(int total) {
        return Spacing.LEADING.grid(total, total);
    }

    /**
     * The same times, moved up by an offset (diffusers' {@code steps_offset}); the end stays.
     *
     * @throws IllegalArgumentException if the first time then lies beyond {@code total − 1}
     */
    public TimeGrid shifted(int offset, int total) {
        double[] moved = Arrays.stream(times).map(t -> t + offset).toArray();
        require(
                moved[0] <= total - 1,
                "timestep %s lies outside 0 … %s; lower the offset %s",
                moved[0],
                total - 1,
                offset);
        return of(moved, end());
    }

    /** The same times with another end (diffusers' {@code set_alpha_to_one = false} ends at timestep 0 instead of clean). */
    public TimeGrid endingAt(double end) {
        return of(times, end);
    }

    /**
     * The same times, but each step jumps by {@code stride}, or to the end where that would pass timestep 0.
     *
     * <p>This is DDIM in diffusers, with stride ⌊T/n⌋: for trailing and linspace spacing it is not where the next step goes on.
     */
    public TimeGrid withStride(int stride) {
        require(stride >= 1, "a stride must be at least 1, was %s", stride);
        double end = end();
        return new TimeGrid(
                times,
                Arrays.stream(times).map(t -> t >= stride ? t - stride : end).toArray());
    }

    /** The same without its first {@code skipped} steps: the way from a sample that is partly denoised. */
    public TimeGrid from(int skipped) {
        require(
                0 <= skipped && skipped < times.length,
                "of %s steps at most %s can be skipped, not %s",
                times.length,
                times.length - 1,
                skipped);
        return new TimeGrid(
                Arrays.copyOfRange(times, skipped, times.length), Arrays.copyOfRange(nexts, skipped, times.length));
    }

    /** The same steps in another time, which grows with this one. */
    public TimeGrid retimed(DoubleUnaryOperator time) {
        return new TimeGrid(
                Arrays.stream(times).map(time).toArray(),
                Arrays.stream(nexts).map(time).toArray());
    }

    /** The first {@code steps} steps alone. */
    public TimeGrid first(int steps) {
        require(1 <= steps && steps <= times.length, "a grid of %s steps has no first %s", times.length, steps);
        return new TimeGrid(Arrays.copyOf(times, steps), Arrays.copyOf(nexts, steps));
    }

    /**
     * The same way with parts of it walked several times: whenever a multiple of {@code jump} steps is left before the last, it goes
     * back {@code jump} steps, until that part has been walked {@code times} times. Who walks it adds the noise between
     * {@code next(i)} and the noisier {@code time(i + 1)}.
     *
     * <p>Lugmayr et al., "RePaint: Inpainting using Denoising Diffusion Probabilistic Models", CVPR 2022, section 4.2 and appendix B;
     * j is {@code jump}, r is {@code times}.
     */
    public TimeGrid resampled(int jump, int times) {
        int n = steps();
        require(times >= 1, "each part must be walked at least once, was %s", times);
        require(jump >= 1, "a jump must have at least 1 step, was %s", jump);
        require(times == 1 || jump < n, "a jump must be shorter than the %s steps of the grid, was %s", n, jump);
        IntStream.Builder order = IntStream.builder();
        int[] jumps = new int[n];
        for (int i = 0; i < n; ) {
            order.add(i);
            i++;
            if (i < n && (n - 1 - i) % jump == 0 && i >= jump && jumps[i] < times - 1) {
                jumps[i]++;
                i -= jump;
            }
        }
        int[] walked = order.build().toArray();
        return new TimeGrid(
                Arrays.stream(walked).mapToDouble(this::time).toArray(),
                Arrays.stream(walked).mapToDouble(this::next).toArray());
    }

    /** The same times in the other order, where each step goes up by {@code stride}. */
    public TimeGrid climbing(int stride) {
        require(stride >= 1, "a stride must be at least 1, was %s", stride);
        int n = times.length;
        double[] from = new double[n];
        Arrays.setAll(from, i -> times[n - 1 - i]);
        return new TimeGrid(from, Arrays.stream(from).map(t -> t + stride).toArray());
    }

    /**
     * The way back from data towards noise, for encoding by a deterministic sampler: from the last time up to the first, without
     * the step to the end, where a model cannot be asked.
     */
    public TimeGrid reversed() {
        int n = times.length - 1;
        require(n >= 1, "a reversed grid needs at least 2 times, was %s", this);
        double[] from = new double[n];
        double[] to = new double[n];
        for (int i = 0; i < n; i++) {
            from[i] = times[n - i];
            to[i] = times[n - i - 1];
        }
        return new TimeGrid(from, to);
    }

    /** How many steps there are. */
    public int steps() {
        return times.length;
    }

    /** Where the model is asked, step after step. */
    public double[] times() {
        return times.clone();
    }

    /** Where the model is asked in step i. */
    public double time(int i) {
        return times[i];
    }

    /** Where step i goes. */
    public double next(int i) {
        return nexts[i];
    }

    private double end() {
        return nexts[nexts.length - 1];
    }

    @Override
    public String toString() {
        return Arrays.toString(times);
    }
}
