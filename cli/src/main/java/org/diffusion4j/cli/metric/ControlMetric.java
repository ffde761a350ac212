package org.diffusion4j.cli.metric;

import static org.diffusion4j.cli.metric.Metric.line;
import static org.diffusion4j.engine.Require.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.engine.Records;
import org.diffusion4j.text.TextMetric;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.TextReference;
import org.diffusion4j.text.WriteSettings;
import org.diffusion4j.text.control.ControlModel;
import org.diffusion4j.text.control.ControlScores;
import org.diffusion4j.text.control.ControlTarget;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many texts of a model that is steered are what they are wanted to be. */
public final class ControlMetric {

    /** In {@code --metrics}. */
    public static final String NAME = "control";

    @Option(
            names = "--controls",
            paramLabel = "DIR",
            description = "control: the model folder of a training of controls (default: controls in the folder of the"
                    + " model, if it is there).")
    private @Nullable Path controls;

    @Option(
            names = "--targets",
            paramLabel = "FILE",
            description =
                    "control: what texts are wanted to be, a target a line as in Diffusion-LM's files; twice for two goals"
                            + " together, the k-th of each.")
    private List<Path> targets = List.of();

    @Option(
            names = "--per-target",
            paramLabel = "N",
            defaultValue = "10",
            description = "control: how many texts are written for each target (default: ${DEFAULT-VALUE}).")
    private int perTarget;

    @Option(
            names = "--control-step",
            defaultValue = "0.1",
            description = "control: how far each number of each embedding moves at once (default: ${DEFAULT-VALUE}).")
    private double step;

    /** Whether an option of it is given. */
    public boolean asked() {
        return controls != null || !targets.isEmpty();
    }

    /**
     * Refuses options that do not fit.
     *
     * @param chosen whether it is measured
     * @param model the folder of the model
     */
    public void check(boolean chosen, Path model) {
        require(chosen || !asked(), "--controls and --targets are for --metrics control: add it, or omit them");
        require(
                !chosen || controls(model).isPresent() && !targets.isEmpty(),
                "control needs --controls with the folder of a training of controls, and --targets with a file of targets");
    }

    /**
     * Measures; what can be refused is refused before anything is written.
     *
     * @param folder of the model
     * @param heldOut how many held-out texts stand beside
     */
    Metric.Measured measure(
            Path folder,
            TextModel model,
            TextCorpus corpus,
            TextReference reference,
            int heldOut,
            WriteSettings settings) {
        List<List<ControlTarget>> wanted =
                targets.stream().map(ControlTarget::read).toList();
        List<TextItem> real = corpus.spread(heldOut);
        try (ControlModel known = ControlModel.load(controls(folder).orElseThrow());
                LiveWork work = new LiveWork("the steered writing")) {
            ControlScores found = ControlScores.of(
                    model, known, wanted, perTarget, real, settings, step, (done, of) -> work.at(done, of, "steps"));
            Map<String, Double> classifier = known.accuracy(real, model);
            double tagger = known.labels().hasTags() ? known.labels().taggerAccuracy() : Double.NaN;
            double written = perplexity(found.texts(), reference);
            double beside = perplexity(real.stream().map(TextItem::text).toList(), reference);
            return new Metric.Measured(
                    facts(found, classifier, tagger, written, beside),
                    lines(found, classifier, tagger, written, beside));
        }
    }

    private static double perplexity(List<String> texts, TextReference reference) {
        return TextMetric.LM_SCORE.of(texts, reference).values().iterator().next();
    }

    private Map<String, Object> facts(
            ControlScores found, Map<String, Double> classifier, double tagger, double written, double heldOut) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("targets", found.targets());
        facts.put("perTarget", perTarget);
        facts.put("controlStep", step);
        Map<String, Object> kinds = new LinkedHashMap<>();
        found.kinds().forEach((name, kind) -> {
            Map<String, @Nullable Object> tree = Records.CAMEL_CASE.write(kind);
            tree.put("classifier", classifier.get(name));
            kinds.put(name, tree);
        });
        facts.put("kinds", kinds);
        facts.put("all", found.all());
        if (!Double.isNaN(tagger)) {
            facts.put("tagger", tagger);
        }
        facts.put("passedOver", found.passedOver());
        facts.put("perplexity", Map.of("written", written, "heldOut", heldOut));
        facts.put("texts", found.texts());
        return facts;
    }

    private List<String> lines(
            ControlScores found, Map<String, Double> classifier, double tagger, double written, double heldOut) {
        List<String> lines = new ArrayList<>();
        lines.add(line("control    %d targets, %d texts each", found.targets(), perTarget));
        lines.add(line("  %-16s %6s %8s %11s %11s %11s", "", "goals", "met", "real texts", "recognised", "classifier"));
        found.kinds()
                .forEach((name, kind) -> lines.add(line(
                        "  %-16s %6d %8s %11s %11s %11s",
                        name,
                        kind.goals(),
                        percent(kind.met()),
                        percent(kind.real()),
                        percent(kind.recognised()),
                        percent(classifier.get(name)))));
        lines.add(line(
                "  %-16s %6d %8s %11s",
                targets.size() > 1 ? "all of a target" : "all",
                found.targets(),
                percent(found.all()),
                percent(targets.size() > 1 ? null : real(found))));
        if (!Double.isNaN(tagger)) {
            lines.add(line("  tagger, of words of texts that it has not seen: %s", percent(tagger)));
        }
        if (!found.passedOver().isEmpty()) {
            lines.add(line(
                    "  %d targets are passed over, whose phrases the grammar does not find: %s",
                    found.passedOver().size(), String.join(", ", new TreeSet<>(found.passedOver()))));
        }
        lines.add(line("  perplexity %.1f, of held-out texts %.1f", written, heldOut));
        return lines;
    }

    /** How far real texts meet all goals, mean over goals; null where that is not known of a kind. */
    private static @Nullable Double real(ControlScores found) {
        double sum = 0;
        int goals = 0;
        for (ControlScores.Kind kind : found.kinds().values()) {
            Double real = kind.real();
            if (real == null) {
                return null;
            }
            sum += kind.goals() * real;
            goals += kind.goals();
        }
        return sum / goals;
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "" : line("%.1f %%", 100 * share);
    }

    private Optional<Path> controls(Path model) {
        return Optional.ofNullable(controls).or(() -> ControlModel.with(model));
    }
}
