package org.diffusion4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.option.PathOptions;
import org.diffusion4j.cli.option.SeriesOptions;
import org.diffusion4j.data.series.CsvCell;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.io.AtomicFile;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.series.Forecast;
import org.diffusion4j.series.ForecastPlot;
import org.diffusion4j.series.ForecastSettings;
import org.diffusion4j.series.ForecastTable;
import org.diffusion4j.series.Forecaster;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Forecasts series. */
@Command(
        name = "forecast",
        description =
                "Forecasts series by sample paths of a model that 'train' made of series: quantiles, paths and a plot.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} forecast runs/sales/model --data sales.csv --plot sales.svg"})
final class ForecastCommand implements Runnable {

    private static final List<Double> QUANTILES = List.of(0.05, 0.25, 0.5, 0.75, 0.95);

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            description = "The model folder of a training of series, such as runs/NAME/model.")
    private Path folder;

    @Mixin
    private SeriesOptions series;

    @Mixin
    private PathOptions paths;

    @Option(names = "--horizon", description = "How many rows (default: as many as the model was trained on).")
    private @Nullable Integer horizon;

    @Option(
            names = "--out",
            paramLabel = "FILE.csv",
            description = "A CSV file of the quantiles 0.05, 0.25, 0.5, 0.75 and 0.95 of each series at each time.")
    private @Nullable Path out;

    @Option(names = "--paths", paramLabel = "FILE.csv", description = "A CSV file of all sample paths.")
    private @Nullable Path pathsOut;

    @Option(
            names = "--plot",
            paramLabel = "FILE.svg",
            description = "A plot of each series: its last rows, the median, and the bands of 50 and 90 %%.")
    private @Nullable Path plot;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    @Option(names = "--json", description = "Print the forecast as JSON.")
    private boolean json;

    @Override
    public void run() {
        checkOutputs();
        SeriesTable history = series.read();
        try (Forecaster model = Forecaster.load(folder)) {
            int rows = horizon == null ? model.horizon() : horizon;
            if (rows > model.horizon()) {
                spec.commandLine()
                        .getErr()
                        .printf(
                                "the model was trained on %d rows; those after are a continuation of what it learned%n",
                                model.horizon());
            }
            ForecastSettings settings = paths.settings(model.recipe().sample());
            long begun = System.nanoTime();
            Forecast forecast;
            try (LiveWork work = new LiveWork("the forecast")) {
                forecast = model.forecast(history, rows, settings, (done, of) -> work.at(done, of, "values"));
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            write(history, forecast);
            report(forecast, settings, seconds);
        }
    }

    private void checkOutputs() {
        if (out == null && pathsOut == null && plot == null && !json) {
            out = Output.firstFree(Path.of("forecast"), ".csv");
        }
        Map<String, @Nullable Path> files = new LinkedHashMap<>();
        files.put("--out", out);
        files.put("--paths", pathsOut);
        files.put("--plot", plot);
        Output.checkDistinct(files);
        files.forEach((option, file) -> {
            if (file != null) {
                Output.checkFile(file, option.equals("--plot") ? ".svg" : ".csv", force);
            }
        });
    }

    private void write(SeriesTable history, Forecast forecast) {
        if (out != null) {
            AtomicFile.write(out, ForecastTable.ofQuantiles(forecast, QUANTILES));
        }
        if (pathsOut != null) {
            AtomicFile.write(pathsOut, ForecastTable.ofPaths(forecast));
        }
        if (plot != null) {
            AtomicFile.write(plot, ForecastPlot.of(history, forecast));
        }
    }

    private void report(Forecast forecast, ForecastSettings settings, double seconds) {
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            print.print(Json.pretty(tree(forecast, settings, seconds)));
            return;
        }
        List<String> files = new ArrayList<>();
        for (Path file : new Path[] {out, pathsOut, plot}) {
            if (file != null) {
                files.add(file.toString());
            }
        }
        print.printf(
                Locale.ROOT,
                "%s: %d series, %s to %s, %d paths by %s in %d steps, in %.1f s%n",
                String.join(", ", files),
                forecast.names().size(),
                CsvCell.text(forecast.times().get(0)),
                CsvCell.text(forecast.times().get(forecast.times().size() - 1)),
                settings.paths(),
                settings.sample().sampler(),
                settings.sample().steps(),
                seconds);
    }

    private Map<String, Object> tree(Forecast forecast, ForecastSettings settings, double seconds) {
        SampleSettings sample = settings.sample();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("model", folder.toString());
        tree.put("paths", settings.paths());
        tree.put("seed", settings.seed());
        tree.put("sampler", sample.sampler());
        tree.put("steps", sample.steps());
        tree.put("seconds", seconds);
        tree.put("times", forecast.times().stream().map(CsvCell::text).toList());
        Map<String, Object> each = new LinkedHashMap<>();
        for (int d = 0; d < forecast.names().size(); d++) {
            Map<String, Object> quantiles = new LinkedHashMap<>();
            for (double q : QUANTILES) {
                List<Double> values = new ArrayList<>();
                for (double[] row : forecast.quantile(q)) {
                    values.add(row[d]);
                }
                quantiles.put(String.valueOf(q), values);
            }
            each.put(forecast.names().get(d), quantiles);
        }
        tree.put("series", each);
        return tree;
    }
}
