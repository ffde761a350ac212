package org.diffusion4j.sample;

import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.diffusion4j.schedule.Spacing;
import org.diffusion4j.schedule.TimeGrid;

/**
 * Diffusers' {@code timestep_spacing} with its {@code steps_offset}; in recipes and on the command line {@code leading+1}.
 *
 * @param offset added to the timesteps of leading spacing alone
 * @param total T
 */
record PublishedSpacing(Spacing spacing, int offset, int total) {

    private static final Pattern OFFSET = Pattern.compile("leading\\+(\\d{1,9})");

    static final Map<String, Spacing> WORDS =
            Map.of("leading", Spacing.LEADING, "trailing", Spacing.TRAILING, "linspace", Spacing.LINSPACE);

    /** Of what has no timesteps of its own to say. */
    static final PublishedSpacing TRAILING = new PublishedSpacing(Spacing.TRAILING, 0, 0);

    /**
     * The spacing of a text, a {@link Spacing} or {@code leading+OFFSET}.
     *
     * @throws IllegalArgumentException if there is none
     */
    static PublishedSpacing named(String text, int total) {
        Matcher offset = OFFSET.matcher(text);
        return offset.matches()
                ? new PublishedSpacing(Spacing.LEADING, Integer.parseInt(offset.group(1)), total)
                : new PublishedSpacing(Spacing.named(text), 0, total);
    }

    /** The text, as {@link #named} takes it. */
    String text() {
        return spacing == Spacing.LEADING && offset != 0 ? spacing + "+" + offset : spacing.toString();
    }

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
