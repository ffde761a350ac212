package org.diffusion4j.cli.metric;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.TemperatureOption;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.engine.DidYouMean;
import org.diffusion4j.engine.Records;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.text.TextLikelihood;
import org.diffusion4j.text.TextMetric;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.TextRecipe;
import org.diffusion4j.text.TextReference;
import org.diffusion4j.text.WriteSettings;
import org.diffusion4j.text.WrittenText;
import org.diffusion4j.text.control.TextControl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** What {@code evaluate} measures of a model of texts, beside what held-out texts score. */
public record TextMetrics(
        Path folder,
        List<String> names,
        int count,
        long seed,
        UnaryOperator<SampleSettings> sampling,
        TemperatureOption temperature,
        ControlMetric control,
        CommandLine command) {

    private static final String NLL = "nll";
    private static final int TIMESTEPS = 10; // of each text, for nll

    /** Measures and prints; what can be refused is refused before anything is written. */
    public void report(Optional<Path> data, boolean json) {
        List<String> all = Stream.concat(
                        Stream.of(NLL), Stream.of(TextMetric.values()).map(TextMetric::toString))
                .toList();
        List<String> chosen = !names.isEmpty() ? names : control.asked() ? List.of(ControlMetric.NAME) : all;
        List<String> known =
                Stream.concat(all.stream(), Stream.of(ControlMetric.NAME)).toList();
        chosen.forEach(name -> DidYouMean.choose("metric of texts", name, known));
        control.check(chosen.contains(ControlMetric.NAME), folder);
        try (TextModel model = TextModel.load(folder)) {
            TextRecipe.Data where = data.map(path -> model.recipe().data().withSource(path.toString()))
                    .orElse(model.recipe().data());
            require(!where.source().isEmpty(), "which texts? say --data with what the model learned from");
            TextCorpus corpus = where.read();
            TextReference reference = new TextReference(model.vocabulary(), corpus);
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("model", folder.toString());
            facts.put("data", where.source());
            facts.put("seed", seed);
            Metric.Measured steered = chosen.contains(ControlMetric.NAME)
                    ? control.measure(
                            folder,
                            model,
                            corpus,
                            reference,
                            count,
                            settings(TextControl.settings(model)).withSeed(seed))
                    : null; // first, since it may refuse its files
            measure(model, reference, chosen, facts);
            print(facts, steered, json);
        }
    }

    private void measure(
            TextModel model, TextReference reference, List<String> chosen, Map<String, @Nullable Object> facts) {
        List<String> real = reference
                .heldOut()
                .subList(0, Math.min(count, reference.heldOut().size()));
        List<TextMetric> metrics = Stream.of(TextMetric.values())
                .filter(metric -> chosen.contains(metric.toString()))
                .toList();
        if (chosen.contains(NLL)) {
            try (LiveWork work = new LiveWork("the coding")) {
                TextLikelihood found =
                        TextLikelihood.of(model, real, TIMESTEPS, seed, (done, of) -> work.at(done, of, "texts"));
                facts.put(NLL, Records.CAMEL_CASE.write(found));
            }
        }
        if (metrics.isEmpty()) {
            return;
        }
        WriteSettings settings = settings(model.settings()).withCount(count).withSeed(seed);
        List<String> written;
        try (LiveWork work = new LiveWork("the writing")) {
            written = model.write(settings, (done, of) -> work.at(done, of, "steps")).stream()
                    .map(WrittenText::text)
                    .toList();
        }
        facts.put("sampling", Records.CAMEL_CASE.write(settings.sample()));
        facts.put("temperature", settings.temperature());
        for (TextMetric metric : metrics) {
            Map<String, Object> both = new LinkedHashMap<>();
            both.put("written", metric.of(written, reference));
            if (metric != TextMetric.BLEU) { // held-out texts are their own references
                both.put("heldOut", metric.of(real, reference));
            }
            facts.put(metric.toString(), both);
        }
        facts.put("written", written.size());
        facts.put("heldOut", real.size());
    }

    private WriteSettings settings(WriteSettings usual) {
        return usual.withSample(sampling.apply(usual.sample())).withTemperature(temperature.or(usual.temperature()));
    }

    private void print(Map<String, @Nullable Object> facts, Metric.@Nullable Measured steered, boolean json) {
        PrintWriter out = command.getOut();
        if (json) {
            if (steered != null) {
                facts.put(ControlMetric.NAME, steered.facts());
            }
            out.print(Json.pretty(facts));
            return;
        }
        facts.forEach((name, value) -> out.printf(Locale.ROOT, "%-10s %s%n", name, plain(value)));
        if (steered != null) {
            steered.lines().forEach(out::println);
        }
    }

    /** A fact as a line for people: a map as its keys and values, numbers with four digits. */
    static String plain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            StringBuilder line = new StringBuilder();
            map.forEach((key, each) -> line.append(line.isEmpty() ? "" : "  ")
                    .append(key)
                    .append(' ')
                    .append(plain(each)));
            return line.toString();
        }
        return value instanceof Double number ? String.format(Locale.ROOT, "%.4f", number) : String.valueOf(value);
    }
}
