package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.diffusion4j.evaluate.MultivariateScores;
import org.diffusion4j.series.SeriesRecipe;
import org.jspecify.annotations.Nullable;

/** The figures of a backtest: a row for each method, and one more for models that differ by the seed of their training only. */
final class BacktestResults {

    private static final int NARROWEST = 28;

    private static final Map<String, ToDoubleFunction<MultivariateScores>> FIGURES = figures();

    private static Map<String, ToDoubleFunction<MultivariateScores>> figures() {
        Map<String, ToDoubleFunction<MultivariateScores>> figures = new LinkedHashMap<>();
        figures.put("CRPS-sum", scores -> scores.sum().crps());
        figures.put("CRPS", scores -> scores.all().crps());
        figures.put("ND", scores -> scores.all().nd());
        figures.put("NRMSE", scores -> scores.all().nrmse());
        figures.put("MASE", scores -> scores.all().mase());
        figures.put("in 50 %", scores -> scores.all().coverageOfHalf());
        figures.put("in 90 %", scores -> scores.all().coverageOfNineTenths());
        return figures;
    }

    /** What was measured of a method, a value for each repeat or seed. */
    private record Row(String name, Map<String, List<Double>> figures) {}

    private final List<Row> rows = new ArrayList<>();

    /** The rows of models by recipe without its seed, then by seed. */
    private final Map<Map<String, ?>, TreeMap<Long, Row>> seeds = new LinkedHashMap<>();

    private final Map<Map<String, ?>, String> names = new LinkedHashMap<>();

    /**
     * Adds a method.
     *
     * @param recipe of a model, null for a baseline
     * @param scores one for each repeat
     */
    void add(String name, @Nullable SeriesRecipe recipe, List<MultivariateScores> scores) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        FIGURES.forEach((figure, of) ->
                values.put(figure, scores.stream().map(of::applyAsDouble).toList()));
        Row row = new Row(name, values);
        rows.add(row);
        if (recipe != null) {
            Map<String, ?> same = withoutSeed(recipe);
            seeds.computeIfAbsent(same, fresh -> new TreeMap<>())
                    .putIfAbsent(recipe.train().seed(), row);
            names.putIfAbsent(same, recipe.name());
        }
    }

    /** All that a model and its draws follow from, but for the seed of the training. */
    private static Map<String, ?> withoutSeed(SeriesRecipe recipe) {
        long steps = recipe.train().steps();
        Map<String, @Nullable Object> same =
                new LinkedHashMap<>(recipe.with("train.seed=0").determining(steps));
        same.put("steps", steps);
        same.put("source", recipe.source());
        same.put("sample", recipe.sample());
        return same;
    }

    /** Of models trained with two seeds or more: a value for each seed, the mean of its repeats. */
    private List<Row> overSeeds() {
        List<Row> over = new ArrayList<>();
        seeds.forEach((same, bySeed) -> {
            if (bySeed.size() > 1) {
                Map<String, List<Double>> values = new LinkedHashMap<>();
                for (String figure : FIGURES.keySet()) {
                    values.put(
                            figure,
                            bySeed.values().stream()
                                    .map(row -> mean(row.figures.getOrDefault(figure, List.of())))
                                    .toList());
                }
                String list = bySeed.keySet().stream().map(String::valueOf).collect(Collectors.joining(", "));
                over.add(new Row(names.get(same) + ", seeds " + list, values));
            }
        });
        return over;
    }

    /** As a JSON tree: {@code results} of each method, and {@code overSeeds} where there are such models. */
    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("results", tree(rows));
        List<Row> over = overSeeds();
        if (!over.isEmpty()) {
            tree.put(
                    "overSeeds",
                    over.stream()
                            .map(row -> Map.of("name", row.name, "figures", row.figures))
                            .toList());
        }
        return tree;
    }

    private static Map<String, Object> tree(List<Row> rows) {
        Map<String, Object> tree = new LinkedHashMap<>();
        rows.forEach(row -> tree.put(row.name, row.figures));
        return tree;
    }

    /** Prints the table: means, with standard deviations where there are several values. */
    void print(PrintWriter out) {
        List<Row> all = new ArrayList<>(rows);
        all.addAll(overSeeds());
        int width = Math.max(
                NARROWEST, all.stream().mapToInt(row -> row.name.length()).max().orElse(0));
        String name = "%-" + width + "s";
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, name, ""));
        FIGURES.keySet().forEach(figure -> head.append(String.format(Locale.ROOT, " %17s", figure)));
        out.println(head);
        for (Row row : all) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, name, row.name));
            row.figures.values().forEach(values -> line.append(String.format(Locale.ROOT, " %17s", text(values))));
            out.println(line);
        }
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static String text(List<Double> values) {
        double mean = mean(values);
        if (values.size() == 1) {
            return String.format(Locale.ROOT, "%.5f", mean);
        }
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return String.format(Locale.ROOT, "%.5f ± %.5f", mean, Math.sqrt(squares / (values.size() - 1)));
    }
}
