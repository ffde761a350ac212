package org.diffusion4j.cli;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.option.ModelName;
import org.diffusion4j.cli.option.StepsOptions;
import org.diffusion4j.cli.option.TemperatureOption;
import org.diffusion4j.evaluate.text.Diversity;
import org.diffusion4j.io.Json;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.TextTemplate;
import org.diffusion4j.text.WriteListener;
import org.diffusion4j.text.WriteSettings;
import org.diffusion4j.text.WrittenText;
import org.diffusion4j.text.control.ControlGoal;
import org.diffusion4j.text.control.ControlModel;
import org.diffusion4j.text.control.TextControl;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes texts. */
@Command(
        name = "write",
        description = "Writes texts with a model that 'train' made of texts, one a line.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} write e2e --control food=Italian --control area=riverside --count 5",
            "  ${ROOT-COMMAND-NAME} write tang --prefix 床前明月光, --count 5"
        })
final class WriteCommand implements Runnable {

    private static final double FLUENCY = 0.01; // as in Diffusion-LM's code

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "MODEL",
            converter = ModelName.class,
            description = "The model folder of a training of texts, such as runs/NAME/model; or e2e or tang, which"
                    + " come with this program.")
    private Path folder;

    @Option(names = "--count", defaultValue = "10", description = "How many texts (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(names = "--seed", defaultValue = "0", description = "The same seed gives the same texts (default: 0).")
    private long seed;

    @Option(names = "--prefix", defaultValue = "", description = "How each text begins.")
    private String prefix;

    @Option(
            names = "--infill",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "A text with _ for each word or character to be found; the rest is kept.")
    private String infill;

    @Option(names = "--length", description = "How many words or characters each text has (default: any number).")
    private @Nullable Integer length;

    @Mixin
    private StepsOptions steps;

    @Option(
            names = "--clamp",
            negatable = true,
            description = "Round to the nearest embeddings in each step (default: as the recipe says).")
    private @Nullable Boolean clamp;

    @Mixin
    private TemperatureOption temperature;

    @Option(
            names = "--control",
            paramLabel = "NAME=VALUE",
            description =
                    "What each text is to be, several times for several: it tells a fact, such as food=Italian; its"
                            + " words have parts of speech, 'pos=PROPN AUX DET NOUN'; it has a phrase, span=2,4,NP (words from 0).")
    private List<String> control = List.of();

    @Option(
            names = "--controls",
            paramLabel = "DIR",
            description = "The model folder of a training of controls, which --control needs (default: controls in the"
                    + " folder of the model, if it is there).")
    private @Nullable Path controls;

    @Option(
            names = "--control-step",
            defaultValue = "0.1",
            description = "How far a control moves each number of each embedding at once (default: ${DEFAULT-VALUE}).")
    private double step;

    @Option(
            names = "--rank",
            description = "Sort the texts: first the one that the others agree with most (minimum Bayes risk by BLEU).")
    private boolean rank;

    @Option(names = "--json", description = "Print JSON, with what each text was drawn from.")
    private boolean json;

    @Override
    public void run() {
        TextTemplate template = new TextTemplate(prefix, infill, length);
        require(controls == null || !control.isEmpty(), "--controls is for --control NAME=VALUE: add it, or omit it");
        try (ControlModel known = control.isEmpty() ? null : ControlModel.load(controls());
                TextModel model = TextModel.load(folder)) {
            WriteSettings usual = known == null ? model.settings() : TextControl.settings(model);
            WriteSettings settings = usual.withCount(count)
                    .withSeed(seed)
                    .withTemplate(template)
                    .withSample(steps.over(usual.sample()))
                    .withClamp(clamp == null ? usual.clamp() : clamp)
                    .withTemperature(temperature.or(usual.temperature()));
            TextControl wanted = known == null
                    ? null
                    : new TextControl(
                            known, control.stream().map(ControlGoal::parse).toList(), FLUENCY, step);
            long begun = System.nanoTime();
            List<WrittenText> texts;
            try (LiveWork work = new LiveWork("the writing")) {
                WriteListener listener = (done, of) -> work.at(done, of, "steps");
                texts = wanted == null ? model.write(settings, listener) : wanted.write(model, settings, listener);
            }
            report(rank ? ranked(texts, model) : texts, settings, (System.nanoTime() - begun) / 1e9);
        }
    }

    private Path controls() {
        return Optional.ofNullable(controls)
                .or(() -> ControlModel.with(folder))
                .orElseThrow(() ->
                        new IllegalArgumentException("--control needs --controls with the folder of their training"));
    }

    private static List<WrittenText> ranked(List<WrittenText> texts, TextModel model) {
        List<List<String>> tokens = texts.stream()
                .map(text -> model.vocabulary().unit().split(text.text()))
                .toList();
        return Diversity.byBayesRisk(tokens).stream().map(texts::get).toList();
    }

    private void report(List<WrittenText> texts, WriteSettings settings, double seconds) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(Json.pretty(tree(texts, settings, seconds)));
        } else {
            texts.forEach(text -> out.println(text.text()));
        }
    }

    private Map<String, Object> tree(List<WrittenText> texts, WriteSettings settings, double seconds) {
        SampleSettings sample = settings.sample();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("model", folder.toString());
        tree.put("seed", settings.seed());
        tree.put("sampler", sample.sampler());
        tree.put("steps", sample.steps());
        tree.put("clamp", settings.clamp());
        tree.put("temperature", settings.temperature());
        if (!control.isEmpty()) {
            tree.put("control", control);
            tree.put("controlStep", step);
        }
        tree.put("seconds", seconds);
        tree.put("texts", texts.stream().map(WriteCommand::tree).toList());
        return tree;
    }

    private static Map<String, Object> tree(WrittenText text) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("index", text.index());
        tree.put("text", text.text());
        tree.put("surprise", text.surprise());
        return tree;
    }
}
