package org.diffusion4j.schedule;

import static org.diffusion4j.engine.Require.require;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * IDDPM's ways to name part of a chain's timesteps (Nichol, Dhariwal 2021, section 4; the authors' {@code space_timesteps}).
 *
 * <p>The grid keeps the original timesteps, which is what a network is given; samplers take the betas of a step from its two ends.
 */
public final class Respacing {

    private Respacing() {}

    /**
     * The timesteps that a text names.
     *
     * @param text {@code "250"}: as many, equally spaced from first to last; {@code "10,15,20"}: as many in each third of the chain,
     *     the one nearest to the data first; {@code "ddim25"}: every so-many-th from 0 on, exactly as many
     * @param total T
     * @throws IllegalArgumentException if the text is none of these, or asks for more timesteps than there are
     */
    public static TimeGrid grid(String text, int total) {
        require(
                text.matches("ddim[0-9]{1,9}|[0-9]{1,9}(,[0-9]{1,9})*"),
                "a respacing is written like 250, 10,15,20 or ddim25, not '%s'",
                text);
        int[] ascending = text.startsWith("ddim")
                ? strided(Integer.parseInt(text.substring("ddim".length())), total)
                : sections(
                        Arrays.stream(text.split(","))
                                .mapToInt(Integer::parseInt)
                                .toArray(),
                        total);
        return TimeGrid.ofTimesteps(IntStream.range(0, ascending.length)
                .map(i -> ascending[ascending.length - 1 - i])
                .toArray());
    }

    private static int[] strided(int count, int total) {
        int stride = IntStream.range(1, total)
                .filter(candidate -> (total + candidate - 1) / candidate == count)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no stride takes exactly " + count + " of " + total
                        + " timesteps; try " + count + " without ddim"));
        return IntStream.range(0, count).map(i -> i * stride).toArray();
    }

    private static int[] sections(int[] counts, int total) {
        IntStream.Builder timesteps = IntStream.builder();
        int start = 0;
        for (int section = 0; section < counts.length; section++) {
            int size = total / counts.length + (section < total % counts.length ? 1 : 0);
            int count = counts[section];
            require(1 <= count && count <= size, "a section of %s timesteps cannot give %s", size, count);
            double stride = count == 1 ? 1 : (size - 1.0) / (count - 1);
            double position = 0; // added up, as the authors do, because halves are rounded
            for (int i = 0; i < count; i++) {
                timesteps.add(start + (int) Math.rint(position));
                position += stride;
            }
            start += size;
        }
        return timesteps.build().toArray();
    }
}
