package org.diffusion4j.image.study;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.study.StudyResult.Placed;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;

/** {@code study.csv}, a line for each cell that is done, and {@code study-means.csv}, a line for each way to draw, over its seeds. */
final class StudyTable {

    private static final List<String> OF_ETA = List.of("eta", "etaRule");

    private StudyTable() {}

    /** A line for each cell that is done, with all that it depends on. */
    static String ofCells(StudyResult result) {
        return csv(ways(result)
                .flatMap(place -> place.cells().stream().map(cell -> row(place, cell, result)))
                .toList());
    }

    /** A line for each way to draw: how many seeds, and mean and standard deviation (n − 1) of each figure; none of one seed. */
    static String ofMeans(StudyResult result) {
        return csv(ways(result).map(place -> row(place, result)).toList());
    }

    /** All places but those that share their cells with another. */
    private static Stream<Placed> ways(StudyResult result) {
        Map<String, Set<SampleSettings>> seen = new LinkedHashMap<>();
        return result.places()
                .filter(place -> seen.computeIfAbsent(place.panel().subject().hash(), hash -> new LinkedHashSet<>())
                        .add(place.settings()));
    }

    private static Map<String, @Nullable Object> way(Placed place) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("model", place.panel().subject().name());
        row.put("prediction", place.panel().subject().prediction());
        row.putAll(Records.CAMEL_CASE.write(place.settings()));
        if (place.variant().eta() == null) {
            OF_ETA.forEach(column -> row.put(column, null));
        }
        row.put("networkCalls", place.calls());
        return row;
    }

    private static Map<String, @Nullable Object> row(Placed place, StudyCell cell, StudyResult result) {
        Map<String, @Nullable Object> row = way(place);
        cell.figures().forEach(figure -> row.put(figure.name(), figure.value()));
        result.floors().forEach((name, floor) -> row.put("floor of " + name, floor.mean()));
        row.put("secondsPerImage", cell.secondsPerImage());
        row.put("count", cell.key().count());
        row.put("seed", cell.key().seed());
        row.put("modelHash", cell.key().model());
        row.put("data", result.facts().data());
        row.put("split", result.facts().split());
        row.put("dataHash", cell.key().data());
        row.put("network", cell.key().network());
        row.put("program", result.facts().program());
        return row;
    }

    private static Map<String, @Nullable Object> row(Placed place, StudyResult result) {
        Map<String, @Nullable Object> row = way(place);
        row.put("count", result.study().count());
        row.put("n", place.cells().size());
        row.put(
                "seeds",
                place.cells().stream()
                        .map(cell -> Long.toString(cell.key().seed()))
                        .collect(joining(" ")));
        Stream<String> figures =
                place.cells().stream().flatMap(cell -> cell.figures().stream().map(StudyCell.Figure::name));
        for (String name : figures.collect(Collectors.toCollection(LinkedHashSet::new))) {
            SeedSpread spread = place.figure(name).orElseThrow();
            row.put(name, spread.mean());
            row.put("std of " + name, spread.hasStd() ? spread.std() : null);
        }
        result.floors().forEach((name, floor) -> {
            row.put("floor of " + name, floor.mean());
            row.put("std of floor of " + name, floor.std());
        });
        return row;
    }

    /** Columns are those that any row has. */
    static String csv(List<Map<String, @Nullable Object>> rows) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> columns.addAll(row.keySet()));
        StringBuilder csv = new StringBuilder(line(new ArrayList<>(columns)));
        for (Map<String, @Nullable Object> row : rows) {
            List<@Nullable Object> values = new ArrayList<>();
            columns.forEach(column -> values.add(row.get(column)));
            csv.append(line(values));
        }
        return csv.toString();
    }

    private static String line(List<? extends @Nullable Object> values) {
        return values.stream().map(StudyTable::quoted).collect(joining(",", "", "\n"));
    }

    private static String quoted(@Nullable Object value) {
        String text = value == null ? "" : value.toString();
        return text.matches("(?s).*[\",\n\r].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
