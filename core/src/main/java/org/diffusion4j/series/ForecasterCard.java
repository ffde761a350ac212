package org.diffusion4j.series;

import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusion4j.data.series.FourierCalendar;
import org.diffusion4j.data.series.Frequency;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.jspecify.annotations.Nullable;

/** What a forecaster is besides its weights. */
record ForecasterCard(
        SeriesRecipe recipe, List<String> names, Frequency frequency, FourierCalendar calendar, WindowScale scale) {

    /** As the model folder has it. */
    private record Stored(List<String> names, String frequency, List<Integer> periods, List<Double> scale) {}

    /** Of the first rows of a table. */
    static ForecasterCard of(SeriesRecipe recipe, SeriesTable table, int rows) {
        ModelSeries series = ModelSeries.of(table, recipe.data().transform());
        return new ForecasterCard(
                recipe,
                table.names(),
                table.frequency(),
                FourierCalendar.of(
                        table.frequency().features(),
                        table.times(0, table.rows() + recipe.data().horizon())),
                WindowScale.of(recipe.data().scaling(), series, rows));
    }

    Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("kind", SeriesRecipe.KIND.name());
        tree.put(
                "series",
                Records.CAMEL_CASE.write(new Stored(
                        names,
                        frequency.toString(),
                        calendar.periods(),
                        Arrays.stream(scale.usual()).boxed().toList())));
        tree.put("recipe", recipe.toMap());
        return tree;
    }

    /**
     * Reads what {@link #toMap} wrote.
     *
     * @param source for messages
     */
    @SuppressWarnings("unchecked") // keys of trees are texts
    static ForecasterCard fromMap(Map<String, @Nullable Object> tree, String source) {
        if (!(tree.get("series") instanceof Map<?, ?> series) || !(tree.get("recipe") instanceof Map<?, ?> recipe)) {
            throw new FormatException(source + ": needs the objects 'series' and 'recipe'");
        }
        Stored stored = Records.CAMEL_CASE.read(Stored.class, (Map<String, ?>) series, source);
        SeriesRecipe read = SeriesRecipe.KIND.read((Map<String, @Nullable Object>) recipe, List.of(), source);
        try {
            require(
                    stored.scale.size() == stored.names.size()
                            && stored.scale.stream().allMatch(s -> s > 0),
                    "series.scale needs a number above 0 for each of %s series, was %s",
                    stored.names.size(),
                    stored.scale);
            Frequency frequency = Frequency.parse(stored.frequency);
            return new ForecasterCard(
                    read,
                    List.copyOf(stored.names),
                    frequency,
                    new FourierCalendar(frequency.features(), stored.periods),
                    new WindowScale(
                            read.data().scaling(),
                            stored.scale.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray()));
        } catch (IllegalArgumentException e) {
            throw new FormatException(source + ": " + e.getMessage(), e);
        }
    }

    /** Refuses a table of other series or another frequency. */
    void requireFits(SeriesTable table) {
        for (String name : names) {
            require(
                    table.names().contains(name),
                    "the table lacks the series '%s' of the model; it has %s%s",
                    name,
                    table.names(),
                    DidYouMean.nearest(name, table.names())
                            .map(near -> "; is it '" + near + "'?")
                            .orElse(""));
        }
        List<String> more = new ArrayList<>(table.names());
        more.removeAll(names);
        require(more.isEmpty(), "the model does not know the series %s; it knows %s", more, names);
        require(
                table.names().equals(names),
                "the table has the series in the order %s, the model in the order %s; change that of the columns",
                table.names(),
                names);
        require(
                table.frequency().equals(frequency),
                "the table has the frequency %s, the model was trained on %s",
                table.frequency(),
                frequency);
    }
}
