package org.diffusion4j.diffusers;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Diffusers' {@code timestep_spacing} with its {@code steps_offset}.
 *
 * @param offset added to the timesteps of leading spacing alone
 * @param total T
 */
record PublishedSpacing(Spacing spacing, int offset, int total) {

    private static final Map<String, Spacing> WORDS =
            Map.of("leading", Spacing.LEADING, "trailing", Spacing.TRAILING, "linspace", Spacing.LINSPACE);

    static PublishedSpacing of(SchedulerKeys keys, String preset) {
        return new PublishedSpacing(
                keys.word("timestep_spacing", preset, WORDS),
                keys.integer("steps_offset", 0),
                keys.integer("num_train_timesteps", 1000));
    }

    /** n timesteps, then the clean sample. */
    TimeGrid grid(int n) {
        return grid(spacing.timesteps(n, total));
    }

    /** n timesteps as solvers in lambda take them: of n + 1 all but the last, unless they are trailing. */
    TimeGrid gridWithoutLast(int n) {
        return spacing == Spacing.TRAILING ? grid(n) : grid(Arrays.copyOf(spacing.timesteps(n + 1, total), n));
    }

    /** The same in fewer timesteps. */
    PublishedSpacing below(int end) {
        return new PublishedSpacing(spacing, offset, end);
    }

    private TimeGrid grid(int[] timesteps) {
        TimeGrid grid = TimeGrid.ofTimesteps(timesteps);
        return spacing == Spacing.LEADING ? grid.shifted(offset, total) : grid;
    }

    /** The same, where linspace is not rounded to whole timesteps. */
    TimeGrid evenGrid(int n) {
        if (!evenly()) {
            return grid(n);
        }
        double stride = (total - 1.0) / (n - 1); // one alone is T - 1
        return TimeGrid.of(
                IntStream.range(0, n)
                        .mapToDouble(i -> i == 0 ? total - 1 : (n - 1 - i) * stride)
                        .toArray(),
                TimeGrid.CLEAN);
    }

    /** Whether {@link #evenGrid} has times between timesteps. */
    boolean evenly() {
        return spacing == Spacing.LINSPACE;
    }
}
