package org.diffusion4j.cli;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.evaluate.MultivariateScores;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.io.Json;
import org.diffusion4j.series.Backtest;
import org.diffusion4j.series.ForecastMethod;
import org.diffusion4j.series.ForecastSettings;
import org.diffusion4j.series.Forecaster;
import org.diffusion4j.series.baseline.Baseline;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures forecasts on the past. */
@Command(
        name = "backtest",
        description =
                "Forecasts the last rows of a table in windows that follow each other, each with all rows before it, and"
                        + " compares with what came: CRPS and its relatives, beside baselines.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} backtest naive var runs/sales/model --data sales.csv"})
final class BacktestCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            arity = "1..*",
            description =
                    "Model folders of trainings of series, or baselines: naive, seasonal-naive, drift, random-walk, var.")
    private List<String> methods = new ArrayList<>();

    @Mixin
    private SeriesOptions series;

    @Mixin
    private PathOptions paths;

    @Option(names = "--windows", defaultValue = "5", description = "How many forecasts (default: ${DEFAULT-VALUE}).")
    private int windows;

    @Option(names = "--horizon", defaultValue = "30", description = "Rows of each (default: ${DEFAULT-VALUE}).")
    private int horizon;

    @Option(
            names = "--repeats",
            defaultValue = "1",
            description = "How often with other seeds, for a standard deviation (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Option(
            names = "--out",
            paramLabel = "FILE.json",
            description = "A JSON file of all figures and how they were made.")
    private @Nullable Path out;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** What is shown of the scores. */
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

    @Override
    public void run() {
        require(repeats >= 1, "--repeats must be at least 1, was %s", repeats);
        if (out != null) {
            Output.checkFile(out, ".json", force);
        }
        methods.forEach(BacktestCommand::requireMethod);
        Backtest backtest = new Backtest(windows, horizon, paths.samples());
        SeriesTable table = series.read();
        SeriesTable training = backtest.training(table);
        Map<String, Map<String, List<Double>>> results = new LinkedHashMap<>();
        try (LiveWork work = new LiveWork("the backtest")) {
            int done = 0;
            for (String name : methods) {
                results.put(name, measured(name, backtest, table, training, work, done++));
            }
        }
        Map<String, Object> card = card(table, results);
        if (out != null) {
            AtomicFile.write(out, Json.pretty(card));
        }
        if (json) {
            spec.commandLine().getOut().print(Json.pretty(card));
        } else {
            print(results);
        }
    }

    private static boolean isBaseline(String name) {
        return Stream.of(Baseline.values()).anyMatch(each -> each.toString().equals(name));
    }

    private static void requireMethod(String name) {
        if (!isBaseline(name) && !Files.isDirectory(Path.of(name))) {
            List<String> known =
                    Stream.of(Baseline.values()).map(Baseline::toString).toList();
            throw new FormatException(
                    name + ": is not a baseline (" + String.join(", ", known) + ") and no model folder"
                            + DidYouMean.nearest(name, known)
                                    .map(near -> "; did you mean " + near + "?")
                                    .orElse(""));
        }
    }

    private Map<String, List<Double>> measured(
            String name, Backtest backtest, SeriesTable table, SeriesTable training, LiveWork work, int before) {
        Map<String, List<Double>> figures = new LinkedHashMap<>();
        try (Forecaster model = isBaseline(name) ? null : Forecaster.load(Path.of(name))) {
            if (model != null && model.recipe().data().test() < backtest.rows()) {
                spec.commandLine()
                        .getErr()
                        .printf(
                                "%s has learned from rows that are forecast here: its data.test is %d, %d rows are forecast%n",
                                name, model.recipe().data().test(), backtest.rows());
            }
            ForecastMethod method = model == null
                    ? Baseline.named(name).fit(training)
                    : (history, rows, count, seed) -> model.forecast(
                            history,
                            rows,
                            new ForecastSettings(
                                    count, seed, paths.sample(model.recipe().sample()), 0),
                            (done, of) -> work.at(before, methods.size(), "methods"));
            LongStream.range(0, repeats).forEach(repeat -> {
                work.at(before, methods.size(), "methods");
                MultivariateScores scores = backtest.of(method, table, paths.seed() + repeat);
                FIGURES.forEach((figure, of) -> figures.computeIfAbsent(figure, fresh -> new ArrayList<>())
                        .add(of.applyAsDouble(scores)));
            });
        }
        return figures;
    }

    private Map<String, Object> card(SeriesTable table, Map<String, Map<String, List<Double>>> results) {
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("version", Version.text());
        card.put("rows", table.rows());
        card.put("series", table.names());
        card.put("frequency", table.frequency().toString());
        card.put("dataHash", table.fingerprint());
        card.put("windows", windows);
        card.put("horizon", horizon);
        card.put("samples", paths.samples());
        card.put("seed", paths.seed());
        card.put("repeats", repeats);
        card.put("results", results);
        return card;
    }

    private void print(Map<String, Map<String, List<Double>>> results) {
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-28s", ""));
        FIGURES.keySet().forEach(figure -> head.append(String.format(Locale.ROOT, " %16s", figure)));
        spec.commandLine().getOut().println(head);
        results.forEach((name, figures) -> {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-28s", name));
            figures.forEach((figure, values) -> line.append(String.format(Locale.ROOT, " %16s", text(values))));
            spec.commandLine().getOut().println(line);
        });
    }

    private static String text(List<Double> values) {
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        if (values.size() == 1) {
            return String.format(Locale.ROOT, "%.5f", mean);
        }
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return String.format(Locale.ROOT, "%.5f ± %.5f", mean, Math.sqrt(squares / (values.size() - 1)));
    }
}
