package org.diffusion4j.cli.metric;

import static org.diffusion4j.cli.metric.Metric.line;
import static org.diffusion4j.engine.Require.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.diffusion4j.cli.console.Progress;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.measure.KeptBits;
import org.diffusion4j.image.measure.OdeBitsPerDim;
import org.diffusion4j.io.ModelFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Bits per dimension, by the probability-flow ODE. */
public final class NllOdeMetric implements Metric {

    @Option(
            names = "--probes",
            defaultValue = "1",
            description = "nll-ode: random probes of each image (default: ${DEFAULT-VALUE}).")
    private int probes;

    @Option(
            names = "--tolerance",
            defaultValue = "1e-5",
            description = "nll-ode: error that a step of the ODE may have (default: ${DEFAULT-VALUE}).")
    private double tolerance;

    @Override
    public String name() {
        return "nll-ode";
    }

    /** Refuses what can be refused before a model is read. */
    public void check() {
        require(probes >= 1, "--probes must be at least 1, was %s", probes);
        require(tolerance > 0 && tolerance < 1, "--tolerance must lie between 0 and 1, was %s", tolerance);
    }

    /** What is measured of so many images. */
    public OdeBitsPerDim.Settings settings(int images, int batchSize, long seed) {
        return new OdeBitsPerDim.Settings(images, batchSize, seed, probes, tolerance);
    }

    @Override
    public Measured of(Subject subject) {
        DiffusionModel model = subject.model();
        OdeBitsPerDim.Settings settings = settings(subject.images(), subject.batchSize(), subject.seed());
        String hash = ModelFolder.open(Objects.requireNonNull(subject.folder())).hash();
        KeptBits kept = KeptBits.of(subject.cache(), hash, model, subject.data(), settings);
        try (Progress progress = new Progress(name())) {
            OdeBitsPerDim found = OdeBitsPerDim.of(
                    model,
                    subject.data(),
                    settings,
                    kept,
                    (done, total) -> progress.at(done, total, "per cent of batches"));
            Map<String, @Nullable Object> facts = Records.CAMEL_CASE.write(found);
            facts.put("tolerance", tolerance);
            facts.put("precision", model.compute().arithmetic().toString());
            return new Measured(facts, table(found));
        }
    }

    private static List<String> table(OdeBitsPerDim found) {
        List<String> lines = new ArrayList<>();
        Double spread = found.standardError();
        Double ofProbes = found.probeError();
        lines.add(line("nll-ode %.4f%s bits/dim", found.total(), spread == null ? "" : line(" ± %.4f", spread)));
        if (ofProbes != null) {
            lines.add(line("  of the %s probes    ± %.4f", found.probes(), ofProbes));
        }
        lines.add(line("  network calls      %.0f, and as many gradients", found.calls()));
        return lines;
    }
}
