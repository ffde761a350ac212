package org.diffusion4j.schedule;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Diffusers' {@code timestep_spacing} with its {@code steps_offset}; in recipes and on the command line {@code leading+1}.
 *
 * @param offset added to the timesteps of leading spacing alone
 * @param total T
 */
public record OffsetSpacing(Spacing spacing, int offset, int total) {

    private static final Pattern OFFSET = Pattern.compile("leading\\+(\\d{1,9})");

    /** Of what has no timesteps of its own to say. */
    public static final OffsetSpacing TRAILING = new OffsetSpacing(Spacing.TRAILING, 0, 0);

    /**
     * The spacing of a text, a {@link Spacing} or {@code leading+OFFSET}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static OffsetSpacing named(String text, int total) {
        Matcher offset = OFFSET.matcher(text);
        return offset.matches()
                ? new OffsetSpacing(Spacing.LEADING, Integer.parseInt(offset.group(1)), total)
                : new OffsetSpacing(Spacing.named(text), 0, total);
    }

    /** The spacing of a text, of what says its timesteps later; empty where there is none. */
    public static Optional<OffsetSpacing> ifNamed(String text) {
        boolean known = OFFSET.matcher(text).matches()
                || Arrays.stream(Spacing.values())
                        .anyMatch(spacing -> spacing.toString().equals(text));
        return known ? Optional.of(named(text, 0)) : Optional.empty();
    }

    /** The text, as {@link #named} takes it. */
    public String text() {
        return spacing == Spacing.LEADING && offset != 0 ? spacing + "+" + offset : spacing.toString();
    }

    /** n timesteps, then the clean sample. */
    public TimeGrid grid(int n) {
        return grid(spacing.timesteps(n, total));
    }

    /** n timesteps as solvers in lambda take them: of n + 1 all but the last, unless they are trailing. */
    public TimeGrid gridWithoutLast(int n) {
        return spacing == Spacing.TRAILING ? grid(n) : grid(Arrays.copyOf(spacing.timesteps(n + 1, total), n));
    }

    /** The same in fewer timesteps. */
    public OffsetSpacing below(int end) {
        return new OffsetSpacing(spacing, offset, end);
    }

    private TimeGrid grid(int[] timesteps) {
        TimeGrid grid = TimeGrid.ofTimesteps(timesteps);
        return spacing == Spacing.LEADING ? grid.shifted(offset, total) : grid;
    }

    /** The same, where linspace is not rounded to whole timesteps. */
    public TimeGrid evenGrid(int n) {
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
    public boolean evenly() {
        return spacing == Spacing.LINSPACE;
    }
}
