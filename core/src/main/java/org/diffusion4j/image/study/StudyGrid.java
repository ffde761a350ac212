package org.diffusion4j.image.study;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.diffusion4j.process.DiscreteProcess;
import org.diffusion4j.sample.EtaRule;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.sample.Samplers;
import org.diffusion4j.sample.TimeSpacings;
import org.diffusion4j.schedule.TimeGrid;
import org.jspecify.annotations.Nullable;

/**
 * Which ways of drawing a study compares.
 *
 * @param samplers names of {@link Samplers}
 * @param steps numbers of timesteps, kept in ascending order
 * @param etas DDIM's noise; samplers that do not ask for it have one cell where DDIM has one for each
 * @param spacings texts of {@link TimeSpacings}
 */
public record StudyGrid(List<String> samplers, List<Integer> steps, List<Eta> etas, List<String> spacings) {

    public StudyGrid {
        samplers = distinct("sampler", samplers);
        steps = distinct("number of steps", steps).stream().sorted().toList();
        etas = distinct("eta", etas);
        spacings = distinct("spacing", spacings);
        samplers.forEach(Samplers::named);
        spacings.forEach(TimeSpacings::named);
    }

    private static <T> List<T> distinct(String what, List<T> given) {
        require(!given.isEmpty(), "a study needs at least one %s", what);
        return given.stream().distinct().toList();
    }

    /** How much noise DDIM puts back, and by which rule. */
    public record Eta(double value, EtaRule rule) {

        private static final Eta SIGMA_HAT = new Eta(1, EtaRule.SIGMA_HAT);

        /**
         * The eta of that name.
         *
         * @param name a number from 0 to 1, or {@code sigma-hat}, DDPM's larger variance
         */
        public static Eta named(String name) {
            if (name.equals(SIGMA_HAT.toString())) {
                return SIGMA_HAT;
            }
            double value;
            try {
                value = Double.parseDouble(name);
            } catch (NumberFormatException e) {
                value = Double.NaN;
            }
            require(value >= 0 && value <= 1, "an eta is a number from 0 to 1 or '%s', not '%s'", SIGMA_HAT, name);
            return new Eta(value + 0.0, EtaRule.DEVIATION); // -0 is 0
        }

        /** The name, as {@link #named} takes it. */
        @Override
        public String toString() {
            return rule == EtaRule.DEVIATION
                    ? String.format(Locale.ROOT, "%s", value).replaceAll("\\.0$", "")
                    : rule.toString();
        }
    }

    /**
     * A sampler with its noise: in a plot, one curve.
     *
     * @param eta null where the sampler does not ask for it
     */
    public record Variant(String sampler, @Nullable Eta eta) {

        /** In as many words as a legend has room for. */
        @Override
        public String toString() {
            return eta == null
                    ? sampler
                    : eta.rule() == EtaRule.DEVIATION ? sampler + ", η = " + eta : sampler + ", σ̂";
        }

        private SampleSettings settings(int steps, String spacing) {
            Eta noise = eta == null ? Eta.named("0") : eta;
            return SampleSettings.of(sampler, steps)
                    .withEta(noise.value, noise.rule)
                    .withSpacing(spacing);
        }
    }

    /** All curves. */
    public List<Variant> variants() {
        List<Variant> variants = new ArrayList<>();
        for (String sampler : samplers) {
            if (asksForEta(sampler)) {
                etas.forEach(eta -> variants.add(new Variant(sampler, eta)));
            } else {
                variants.add(new Variant(sampler, null));
            }
        }
        return variants;
    }

    private static boolean asksForEta(String sampler) {
        return SampleSettings.of(sampler, 1).asksForEta();
    }

    /**
     * How a cell is drawn. Spacings that visit the same timesteps, as all do where every one is visited, have one cell: that of the first.
     *
     * @param process of the model
     * @throws IllegalArgumentException if it has no such times, or fewer than {@code steps}
     */
    public SampleSettings settings(Variant variant, int steps, String spacing, DiscreteProcess process) {
        double[] times = times(spacing, steps, process);
        String first = spacings.stream()
                .filter(other -> Arrays.equals(times(other, steps, process), times))
                .findFirst()
                .orElse(spacing);
        return variant.settings(steps, first);
    }

    private static double[] times(String spacing, int steps, DiscreteProcess process) {
        TimeGrid grid = TimeSpacings.named(spacing).grid(process, steps);
        return IntStream.range(0, grid.steps()).mapToDouble(grid::time).toArray();
    }

    /** Every way of drawing from a model of that process, once. */
    public Set<SampleSettings> settings(DiscreteProcess process) {
        Set<SampleSettings> all = new LinkedHashSet<>();
        for (int n : steps) {
            for (String spacing : spacings) {
                variants().forEach(variant -> all.add(settings(variant, n, spacing, process)));
            }
        }
        return all;
    }
}
