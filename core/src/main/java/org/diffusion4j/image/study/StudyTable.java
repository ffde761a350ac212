package org.diffusion4j.image.study;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.study.StudyResult.Placed;
import org.jspecify.annotations.Nullable;

/** {@code study.csv}: a line for each cell that is done, with all that it depends on. */
final class StudyTable {

    private static final List<String> OF_ETA = List.of("eta", "etaRule");

    private StudyTable() {}

    static String of(StudyResult result) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        Set<StudyCell.Key> seen = new HashSet<>();
        result.places().filter(place -> seen.add(place.cell().key())).forEach(place -> rows.add(row(place, result)));
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

    private static Map<String, @Nullable Object> row(Placed place, StudyResult result) {
        StudyCell cell = place.cell();
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("model", place.panel().subject().name());
        row.put("prediction", place.panel().subject().prediction());
        row.putAll(Records.CAMEL_CASE.write(place.settings()));
        if (place.variant().eta() == null) {
            OF_ETA.forEach(column -> row.put(column, null));
        }
        row.put("networkCalls", place.calls());
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

    private static String line(List<? extends @Nullable Object> values) {
        return values.stream().map(StudyTable::quoted).collect(joining(",", "", "\n"));
    }

    private static String quoted(@Nullable Object value) {
        String text = value == null ? "" : value.toString();
        return text.matches("(?s).*[\",\n\r].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
