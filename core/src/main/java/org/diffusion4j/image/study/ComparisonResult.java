package org.diffusion4j.image.study;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusion4j.engine.Records;
import org.diffusion4j.evaluate.Spread;
import org.diffusion4j.image.measure.OdeBitsPerDim;
import org.diffusion4j.image.study.Study.Subject;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.report.LinePlot;
import org.diffusion4j.report.LinePlot.Axis;
import org.diffusion4j.report.LinePlot.Line;
import org.jspecify.annotations.Nullable;

/**
 * A comparison as far as it is.
 *
 * @param floors what real pictures score, by the names of figures; empty where the data have no other part
 * @param cells those that are done
 * @param likelihoods those that are measured
 */
record ComparisonResult(
        Comparison comparison,
        StudyFacts facts,
        Map<String, Spread> floors,
        Map<StudyCell.Key, StudyCell> cells,
        Map<Subject, OdeBitsPerDim> likelihoods) {

    private static final String PRECISION = "precision";
    private static final String RECALL = "recall";

    /** What is done of a way, in the order of the seeds. */
    List<StudyCell> cells(Way way) {
        return comparison.seeds().stream()
                .flatMap(seed -> Stream.ofNullable(cells.get(comparison.key(way, seed, facts))))
                .toList();
    }

    /** Those ways of which a cell is done. */
    List<Way> ways() {
        return comparison.ways().stream().filter(way -> !cells(way).isEmpty()).toList();
    }

    /** A figure of a way over the seeds; empty where it was not measured. */
    Optional<SeedSpread> figure(Way way, String name) {
        List<Double> found = cells(way).stream()
                .flatMap(cell -> cell.figure(name).stream().boxed())
                .toList();
        return found.isEmpty() ? Optional.empty() : Optional.of(new SeedSpread(found));
    }

    /** The figures of samples. */
    List<String> figures() {
        return Comparison.names(cells);
    }

    /** Plots by the names of their files: each figure against the scale of guidance, and precision against recall. */
    Map<String, LinePlot> plots() {
        Map<String, LinePlot> plots = new LinkedHashMap<>();
        Map<String, List<Way>> curves = curves();
        for (String name : figures()) {
            List<Line> lines = new ArrayList<>();
            curves.forEach((curve, ways) -> {
                List<Way> measured = measured(ways, name);
                if (measured.size() > 1) {
                    lines.add(new Line(
                            curve,
                            measured.stream()
                                    .flatMap(way -> Stream.ofNullable(way.scale()))
                                    .toList(),
                            means(measured, name),
                            deviations(measured, name)));
                }
            });
            if (!lines.isEmpty()) {
                Spread floor = floors.get(name);
                List<LinePlot.Level> levels = floor == null
                        ? List.of()
                        : List.of(new LinePlot.Level("real pictures", floor.mean(), floor.std()));
                String title = name + " against the scale of guidance";
                plots.put(name, new LinePlot(title, Axis.linear("scale"), Axis.linear(name), lines, levels));
            }
        }
        List<Line> tradeOffs = new ArrayList<>();
        curves.forEach((curve, ways) -> {
            List<Way> measured = measured(ways, RECALL);
            if (measured.size() > 1) {
                tradeOffs.add(new Line(curve, means(measured, RECALL), means(measured, PRECISION)));
            }
        });
        if (!tradeOffs.isEmpty()) {
            plots.put(
                    "precision-recall",
                    new LinePlot(
                            "Precision against recall",
                            Axis.linear(RECALL),
                            Axis.linear(PRECISION),
                            tradeOffs,
                            List.of()));
        }
        return plots;
    }

    private Map<String, List<Way>> curves() {
        Map<String, List<Way>> curves = new LinkedHashMap<>();
        ways().stream()
                .filter(way -> way.scale() != null)
                .forEach(way -> curves.computeIfAbsent(way.curve(), curve -> new ArrayList<>())
                        .add(way));
        return curves;
    }

    private List<Way> measured(List<Way> ways, String name) {
        return ways.stream().filter(way -> figure(way, name).isPresent()).toList();
    }

    private List<Double> means(List<Way> ways, String name) {
        return ways.stream().map(way -> figure(way, name).orElseThrow().mean()).toList();
    }

    private List<Double> deviations(List<Way> ways, String name) {
        return comparison.seeds().size() == 1
                ? List.of()
                : ways.stream()
                        .map(way -> figure(way, name).orElseThrow().std())
                        .toList();
    }

    /** {@code comparison.csv}: a line for each way, over its seeds. */
    private String csv() {
        return StudyTable.csv(ways().stream().map(this::row).toList());
    }

    private Map<String, @Nullable Object> row(Way way) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("model", way.subject().name());
        row.put("way", way.name());
        row.put("scale", way.scale());
        row.putAll(Records.CAMEL_CASE.write(way.settings()));
        List<String> names = new ArrayList<>(List.of(Comparison.CALLS));
        names.addAll(figures());
        for (String name : names) {
            figure(way, name).ifPresent(spread -> {
                row.put(name, spread.mean());
                row.put("std of " + name, spread.hasStd() ? spread.std() : null);
            });
        }
        OdeBitsPerDim bits = likelihoods.get(way.subject());
        if (bits != null) {
            row.put("bits/dim", bits.total());
            row.put("standard error of bits/dim", bits.standardError());
            row.put("images of bits/dim", bits.images());
        }
        floors.forEach((name, floor) -> row.put("floor of " + name, floor.mean()));
        row.put("secondsPerImage", seconds(way));
        row.put("count", comparison.count());
        row.put(
                "seeds",
                cells(way).stream()
                        .map(cell -> Long.toString(cell.key().seed()))
                        .collect(joining(" ")));
        row.put("modelHash", way.subject().hash());
        row.put("steered", way.steered().identity());
        row.put("data", facts.data());
        row.put("split", facts.split());
        row.put("dataHash", facts.dataHash());
        row.put("network", facts.network());
        row.put("program", facts.program());
        return row;
    }

    /** The wall time of one picture. */
    double seconds(Way way) {
        return cells(way).stream()
                .mapToDouble(StudyCell::secondsPerImage)
                .average()
                .orElseThrow();
    }

    /** Writes table, page and plots. */
    void write(StudyFolder files) {
        AtomicFile.write(files.folder().resolve("comparison.html"), new ComparisonPage(this, files).toHtml());
        AtomicFile.write(files.folder().resolve("comparison.csv"), csv());
        plots().forEach((name, plot) -> plot.write(files.folder().resolve(name + ".svg")));
    }
}
