package org.diffusion4j.cli;

import static org.diffusion4j.engine.Require.require;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.option.PathOptions;
import org.diffusion4j.cli.option.SeriesOptions;
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
                    "Model folders of trainings of series, or baselines: naive, seasonal-naive, drift, random-walk, var."
                            + " Models that differ by train.seed only have a row of their mean and standard deviation.")
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
            names = "--season",
            paramLabel = "ROWS",
            description =
                    "The season that seasonal-naive repeats, such as 7 for days with a week (default: as gluonts has it for the"
                            + " frequency: 24 hours, 5 business days, 1 day).")
    private @Nullable Integer season;

    @Option(
            names = "--repeats",
            defaultValue = "1",
            description =
                    "How often each method draws, with the seeds from --seed on, for a standard deviation (default: ${DEFAULT-VALUE}).")
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

    @Override
    public void run() {
        require(repeats >= 1, "--repeats must be at least 1, was %s", repeats);
        if (out != null) {
            Output.checkFile(out, ".json", force);
        }
        methods.forEach(BacktestCommand::requireMethod);
        require(
                methods.stream().distinct().count() == methods.size(),
                "a method is there twice: %s; name each once, and measure it with several seeds by --repeats",
                methods);
        require(
                season == null || methods.contains(Baseline.SEASONAL_NAIVE.toString()),
                "--season is for seasonal-naive, which is not measured here: omit it, or add seasonal-naive");
        require(season == null || season >= 1, "--season must be at least 1, was %s", season);
        Backtest backtest = new Backtest(windows, horizon, paths.samples());
        SeriesTable table = series.read();
        SeriesTable training = backtest.training(table);
        BacktestResults results = new BacktestResults();
        try (LiveWork work = new LiveWork("the backtest")) {
            int done = 0;
            for (String name : methods) {
                measure(name, backtest, table, training, work, done++, results);
            }
        }
        Map<String, Object> card = card(table, results);
        if (out != null) {
            AtomicFile.write(out, Json.pretty(card));
        }
        if (json) {
            spec.commandLine().getOut().print(Json.pretty(card));
        } else {
            results.print(spec.commandLine().getOut());
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

    private ForecastMethod baseline(String name, SeriesTable training) {
        Baseline baseline = Baseline.named(name);
        return season != null && baseline == Baseline.SEASONAL_NAIVE
                ? Baseline.seasonal(season)
                : baseline.fit(training);
    }

    private void measure(
            String name,
            Backtest backtest,
            SeriesTable table,
            SeriesTable training,
            LiveWork work,
            int before,
            BacktestResults results) {
        try (Forecaster model = isBaseline(name) ? null : Forecaster.load(Path.of(name))) {
            if (model != null && model.recipe().data().test() < backtest.rows()) {
                spec.commandLine()
                        .getErr()
                        .printf(
                                "%s has learned from rows that are forecast here: its data.test is %d, %d rows are forecast%n",
                                name, model.recipe().data().test(), backtest.rows());
            }
            if (model != null && model.horizon() < horizon) {
                spec.commandLine()
                        .getErr()
                        .printf(
                                "%s was trained on %d rows; those after are a continuation of what it learned%n",
                                name, model.horizon());
            }
            ForecastMethod method = model == null
                    ? baseline(name, training)
                    : (history, rows, count, seed) -> model.forecast(
                            history,
                            rows,
                            new ForecastSettings(
                                    count, seed, paths.sample(model.recipe().sample()), 0),
                            (done, of) -> work.at(before, methods.size(), "methods"));
            List<MultivariateScores> scores = new ArrayList<>();
            for (int repeat = 0; repeat < repeats; repeat++) {
                work.at(before, methods.size(), "methods");
                scores.add(backtest.of(method, table, paths.seed() + repeat));
            }
            results.add(name, model == null ? null : model.recipe(), scores);
        }
    }

    private Map<String, Object> card(SeriesTable table, BacktestResults results) {
        Map<String, Object> card = new LinkedHashMap<>();
        card.put("version", Program.version());
        card.put("rows", table.rows());
        card.put("series", table.names());
        card.put("frequency", table.frequency().toString());
        card.put("dataHash", table.fingerprint());
        card.put("windows", windows);
        card.put("horizon", horizon);
        card.put("samples", paths.samples());
        card.put("seed", paths.seed());
        card.put("repeats", repeats);
        if (season != null) {
            card.put("season", season);
        }
        card.putAll(results.tree());
        return card;
    }
}
