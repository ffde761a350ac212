package org.diffusion4j.cli.metric;

import static org.diffusion4j.cli.metric.Metric.line;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.measure.BitsPerDim;
import org.diffusion4j.image.measure.BitsPerDim.AtTime;
import org.diffusion4j.process.ReverseVariance;
import org.diffusion4j.schedule.Respacing;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Bits per dimension, by the variational bound. */
public final class NllMetric implements Metric {

    private static final int ROWS = 10;

    @Option(
            names = "--respacing",
            paramLabel = "PARTS",
            description = "nll: the timesteps of the chain, such as 100, 10,15,20 or ddim50 (default: all).")
    private @Nullable String respacing;

    @Override
    public String name() {
        return "nll";
    }

    @Override
    public Measured of(Subject subject) {
        DiffusionModel model = subject.model();
        BitsPerDim.Settings settings =
                BitsPerDim.Settings.of(model, subject.images()).with(subject.seed(), subject.batchSize());
        if (respacing != null) {
            settings = settings.with(
                    Respacing.grid(respacing, model.process().table().steps()));
        }
        if (subject.variance() != null) {
            settings = settings.with(ReverseVariance.named(subject.variance()));
        }
        try (LiveWork work = new LiveWork(name())) {
            BitsPerDim found =
                    BitsPerDim.of(model, subject.data(), settings, (done, total) -> work.at(done, total, "steps"));
            Map<String, @Nullable Object> facts = Records.CAMEL_CASE.write(found);
            facts.put("precision", model.compute().arithmetic().toString());
            return new Measured(facts, table(found));
        }
    }

    private static List<String> table(BitsPerDim found) {
        List<String> lines = new ArrayList<>();
        Double spread = found.standardError();
        lines.add(line("nll    %.4f%s bits/dim", found.total(), spread == null ? "" : line(" ± %.4f", spread)));
        lines.add(line("  prior, L_T         %.6f", found.prior()));
        lines.add(line("  all other terms    %.4f", found.bound()));
        lines.add(line("    the last, L_0    %.4f", found.last()));
        lines.add(line("  %-13s %10s %12s %13s", "timesteps", "bits/dim", "MSE of x0", "MSE of eps"));
        List<AtTime> times = found.times();
        int rows = Math.min(ROWS, times.size());
        for (int row = 0; row < rows; row++) {
            List<AtTime> part = times.subList(row * times.size() / rows, (row + 1) * times.size() / rows);
            lines.add(line(
                    "  %-13s %10.4f %12.6f %13.6f",
                    part.get(0).t() + " … " + part.get(part.size() - 1).t(),
                    sum(part, AtTime::bits),
                    sum(part, AtTime::x0Error) / part.size(),
                    sum(part, AtTime::epsError) / part.size()));
        }
        return lines;
    }

    private static double sum(List<AtTime> times, ToDoubleFunction<AtTime> value) {
        return times.stream().mapToDouble(value).sum();
    }
}
