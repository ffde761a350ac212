package org.diffusion4j.cli.option;

import static org.diffusion4j.engine.Require.require;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import picocli.CommandLine.Option;

/** Options {@code --seed} and {@code --seeds}: with which seeds everything is drawn once. */
public final class SeedsOption {

    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");
    private static final int MOST = 1000;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same figures (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--seeds",
            paramLabel = "N|FIRST-LAST",
            defaultValue = "1",
            description =
                    "Draw each way once with each of several seeds: 3 is three seeds from --seed on, 0-2 those from 0 to 2 (default: ${DEFAULT-VALUE}).")
    private String seeds;

    /**
     * At least one seed.
     *
     * @throws IllegalArgumentException if what was given is no number or range, or too many
     */
    public List<Long> list() {
        Matcher range = RANGE.matcher(seeds);
        if (range.matches()) {
            require(seed == 0, "--seeds %s says all seeds; omit --seed, or give --seeds a number", seeds);
            long first = Long.parseLong(range.group(1));
            return consecutive(first, Long.parseLong(range.group(2)) - first + 1);
        }
        require(seeds.matches("\\d{1,18}"), "--seeds is a number such as 3 or a range such as 0-2, not '%s'", seeds);
        return consecutive(seed, Long.parseLong(seeds));
    }

    private List<Long> consecutive(long first, long count) {
        require(count >= 1 && count <= MOST, "--seeds must be between 1 and %s seeds, was %s", MOST, seeds);
        return LongStream.range(0, count).map(i -> first + i).boxed().toList();
    }
}
