package org.diffusion4j.image.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.image.study.StudyGrid.Variant;
import org.diffusion4j.image.study.StudyResult.Panel;
import org.diffusion4j.image.study.StudyResult.Placed;
import org.jspecify.annotations.Nullable;

/**
 * Which differences of a study are larger than the spread of its seeds: {@link PairedTest} for each pair, over the
 * seeds that both have, at 5 % and, over all comparisons
 * of one table, with Holm's correction.
 */
record StudyDifferences(StudyResult result) {

    private static final double LEVEL = 0.05;

    /**
     * Two places, over the seeds that both have.
     *
     * @param differences of their FIDs, seed by seed, the first less the second
     * @param test null for a single seed
     */
    private record Pair(SeedSpread differences, @Nullable PairedTest test) {

        static Optional<Pair> of(Placed one, Placed other) {
            Map<Long, Double> others = other.bySeed();
            List<Double> differences = new ArrayList<>();
            one.bySeed().forEach((seed, fid) -> {
                Double beside = others.get(seed);
                if (beside != null) {
                    differences.add(fid - beside);
                }
            });
            if (differences.isEmpty()) {
                return Optional.empty();
            }
            SeedSpread spread = new SeedSpread(differences);
            return Optional.of(new Pair(spread, spread.hasStd() ? PairedTest.of(spread) : null));
        }
    }

    /** Pairs by row and column, in the order of their coming. */
    private static final class Table {
        private final Map<String, Map<String, Pair>> rows = new LinkedHashMap<>();
        private final Set<String> columns = new LinkedHashSet<>();

        void add(String row, String column, Optional<Placed> one, Optional<Placed> other) {
            if (one.isPresent()
                    && other.isPresent()
                    && !one.get().cells().equals(other.get().cells())) {
                Pair.of(one.get(), other.get()).ifPresent(pair -> {
                    columns.add(column);
                    rows.computeIfAbsent(row, absent -> new LinkedHashMap<>()).put(column, pair);
                });
            }
        }

        String toHtml(String caption) {
            Set<PairedTest> holding = Set.copyOf(PairedTest.holding(
                    rows.values().stream()
                            .flatMap(row -> row.values().stream().map(Pair::test))
                            .filter(Objects::nonNull)
                            .toList(),
                    LEVEL));
            StringBuilder html = new StringBuilder();
            rows.forEach((name, row) -> {
                html.append("<tr>").append(StudyTables.head("row", name));
                columns.forEach(column -> html.append(cell(row.get(column), holding)));
                html.append("</tr>\n");
            });
            return rows.isEmpty()
                    ? ""
                    : StudyTables.table("differences", caption, "FID of", List.copyOf(columns), html);
        }

        private static String cell(@Nullable Pair pair, Set<PairedTest> holding) {
            if (pair == null) {
                return StudyTables.NONE;
            }
            double mean = pair.differences.mean();
            String difference = (mean < 0 ? "−" : "+") + StudyTables.number(Math.abs(mean));
            PairedTest test = pair.test;
            if (test == null) {
                return "<td class=\"quiet\" title=\"one seed: no test\">" + difference + "<small>1 seed</small></td>";
            }
            boolean clear = test.p() < LEVEL;
            return "<td class=\"%s\" title=\"t = %s, %d degrees of freedom\">%s%s<small>± %s, p %s</small></td>"
                    .formatted(
                            clear ? "clear" : "quiet",
                            StudyTables.number(test.t()),
                            test.degrees(),
                            clear ? "<b>" + difference + "</b>" : difference,
                            clear && holding.contains(test) ? " ★" : "",
                            StudyTables.number(pair.differences.std()),
                            p(test.p()));
        }

        private static String p(double p) {
            return p < 0.001 ? "&lt; 0.001" : String.format(Locale.ROOT, "%.3f", p);
        }
    }

    /** The section of the page; empty where no place has two seeds. */
    String toHtml() {
        boolean any = result.places().anyMatch(place -> place.fids().hasStd());
        return any ? noise() + steps() + models() + spacings() : "";
    }

    /** One way to draw against another, in as many steps. */
    private String noise() {
        Table table = new Table();
        List<Variant> variants = result.study().grid().variants();
        for (Panel panel : result.firstPanels()) {
            pairs(variants)
                    .forEach(pair -> result.study()
                            .grid()
                            .steps()
                            .forEach(n -> table.add(
                                    panel.subject().name() + ": " + pair.get(0) + " less " + name(pair),
                                    n + " steps",
                                    result.at(panel, pair.get(0), n),
                                    result.at(panel, pair.get(1), n))));
        }
        return table.toHtml("One way to draw less another");
    }

    /** The second of two, without the sampler where it is that of the first. */
    private static String name(List<Variant> pair) {
        String second = pair.get(1).toString();
        String sampler = pair.get(0).sampler() + ", ";
        return second.startsWith(sampler) ? second.substring(sampler.length()) : second;
    }

    /** A number of steps against the next. */
    private String steps() {
        Table table = new Table();
        List<Integer> steps = result.study().grid().steps();
        for (Panel panel : result.firstPanels()) {
            for (Variant variant : result.study().grid().variants()) {
                for (int i = 0; i + 1 < steps.size(); i++) {
                    table.add(
                            panel.subject().name() + ": " + variant,
                            steps.get(i) + " less " + steps.get(i + 1) + " steps",
                            result.at(panel, variant, steps.get(i)),
                            result.at(panel, variant, steps.get(i + 1)));
                }
            }
        }
        return table.toHtml("Few steps less more");
    }

    /** One model against another. */
    private String models() {
        Table table = new Table();
        String first = result.study().grid().spacings().get(0);
        for (List<Subject> pair : pairs(result.study().subjects())) {
            for (Variant variant : result.study().grid().variants()) {
                result.study()
                        .grid()
                        .steps()
                        .forEach(n -> table.add(
                                pair.get(0).name() + " less " + pair.get(1).name() + ": " + variant,
                                n + " steps",
                                result.at(new Panel(pair.get(0), first), variant, n),
                                result.at(new Panel(pair.get(1), first), variant, n)));
            }
        }
        return table.toHtml("One model less another");
    }

    /** One kind of timesteps against another. */
    private String spacings() {
        Table table = new Table();
        for (Subject subject : result.study().subjects()) {
            for (StudySpacings.Way way : new StudySpacings(result).of(subject).list()) {
                for (List<String> pair : pairs(List.copyOf(way.places().keySet()))) {
                    table.add(
                            subject.name() + ": " + way.variant() + ", " + way.steps() + " steps",
                            pair.get(0) + " less " + pair.get(1),
                            Optional.ofNullable(way.places().get(pair.get(0))),
                            Optional.ofNullable(way.places().get(pair.get(1))));
                }
            }
        }
        return table.toHtml("One kind of timesteps less another");
    }

    private static <T> List<List<T>> pairs(List<T> of) {
        List<List<T>> pairs = new ArrayList<>();
        for (int i = 0; i < of.size(); i++) {
            for (int j = i + 1; j < of.size(); j++) {
                pairs.add(List.of(of.get(i), of.get(j)));
            }
        }
        return pairs;
    }
}
