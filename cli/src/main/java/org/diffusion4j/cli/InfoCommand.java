package org.diffusion4j.cli;

import static java.util.stream.Collectors.joining;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.option.ComputeOptions;
import org.diffusion4j.cli.option.DrawOptions;
import org.diffusion4j.cli.option.Invocation;
import org.diffusion4j.cli.option.ModelName;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.engine.Compute;
import org.diffusion4j.engine.DiffusionException;
import org.diffusion4j.engine.FormatException;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Provenance;
import org.diffusion4j.image.ShippedModel;
import org.diffusion4j.io.Json;
import org.diffusion4j.io.ModelFolder;
import org.diffusion4j.io.PngText;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.latent.autoencoder.AutoencoderFolder;
import org.diffusion4j.nn.vae.PictureAutoencoder;
import org.diffusion4j.sample.SampleSettings;
import org.diffusion4j.series.Forecaster;
import org.diffusion4j.text.TextModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how a picture was made, or what is in a model folder. */
@Command(
        name = "info",
        description = "Shows how a picture was made and how to make it again, or what a model is.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} info runs/quickstart/samples.png"})
final class InfoCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE|MODEL",
            converter = ModelName.class,
            description = "A PNG file that this program wrote, or a model. " + ModelParameter.DESCRIPTION)
    private Path path;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> facts = Files.isRegularFile(path) && !LatentModel.isOne(path)
                ? ofPicture()
                : isOfSeries() ? ofForecaster() : TextModel.isOne(path) ? ofTexts() : ofModel();
        if (json) {
            out.print(Json.pretty(facts));
        } else {
            facts.forEach((name, value) -> out.printf("%-12s %s%n", name, value));
        }
    }

    private Map<String, Object> ofPicture() {
        Map<String, String> text = PngText.read(path);
        return Invocation.fromText(text, path)
                .map(this::ofCommand)
                .orElseGet(() -> ofDraw(Provenance.fromText(text, path)
                        .orElseThrow(() -> new FormatException(
                                path + ": does not say how it was made; 'diffuse sample' writes such files"))));
    }

    private Map<String, Object> ofCommand(Invocation made) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("picture", path.toString());
        facts.put("version", made.version());
        facts.put("model-hash", made.modelHash());
        List<Path> missing =
                made.paths().stream().filter(file -> !Files.exists(file)).toList();
        if (!missing.isEmpty()) {
            facts.put("missing", texts(missing) + " (moved or deleted since: say in the command where it is now)");
        }
        List<String> words = new ArrayList<>(List.of(Program.CALLED));
        made.typed().forEach(word -> words.add(quoted(word)));
        words.addAll(List.of("--out", "again.png"));
        facts.put("again", String.join(" ", words));
        return facts;
    }

    private Map<String, Object> ofDraw(Provenance made) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("picture", path.toString());
        facts.put("version", made.version());
        facts.put("model", made.model());
        facts.put("model-hash", made.modelHash());
        place(made).ifPresent(folder -> note(folder, made.modelHash(), facts));
        facts.putAll(asked(made.draw().settings()));
        facts.put("seed", made.draw().seed());
        facts.put("count", made.draw().count());
        Provenance.Steered steered = made.steered();
        if (steered != null) {
            facts.put("classifier", steered.classifier());
            facts.put("classifier-scale", steered.scale());
        }
        if (made.guide() != null) {
            facts.put("guide", made.guide());
        }
        facts.put("device", made.device().toString());
        facts.put("precision", made.precision().toString());
        if (made.sample() != Provenance.ALL) {
            facts.put("sample", made.sample());
        }
        facts.put("again", again(made));
        return facts;
    }

    /** Where the model should lie; empty where it comes with this program. */
    private static Optional<Path> place(Provenance made) {
        Path folder = Path.of(made.model());
        return ShippedModel.named(made.model(), folder).isPresent() ? Optional.empty() : Optional.of(folder);
    }

    private static void note(Path folder, String hash, Map<String, Object> facts) {
        if (!Files.exists(folder)) {
            facts.put("missing", folder + " (moved or deleted since: say in the command where it is now)");
        } else if (!isModel(folder, hash)) {
            facts.put("changed", folder + " (something else lies there now: the command will not draw this picture)");
        }
    }

    private static boolean isModel(Path folder, String hash) {
        try {
            return ModelFolder.open(folder).hash().equals(hash);
        } catch (DiffusionException e) {
            return false; // no model at all
        }
    }

    /** The settings that the sampler asks for. */
    private static Map<String, Object> asked(SampleSettings settings) {
        Map<String, Object> asked = new LinkedHashMap<>(Records.CAMEL_CASE.write(settings));
        if (!settings.asksForEta()) {
            asked.keySet().removeAll(List.of("eta", "etaRule"));
        }
        if (!settings.asksForVariance()) {
            asked.remove("variance");
        }
        return asked;
    }

    private static String texts(List<Path> files) {
        return files.stream().map(Path::toString).collect(joining(", "));
    }

    /** The words that draw it again; a sample that was shown alone is drawn again with all others. */
    private String again(Provenance made) {
        List<String> words = new ArrayList<>(List.of(Program.CALLED, "sample", quoted(made.model())));
        words.addAll(DrawOptions.typed(made.draw()));
        Provenance.Steered steered = made.steered();
        if (steered != null) {
            words.addAll(
                    List.of("--classifier", quoted(steered.classifier()), "--classifier-scale", "" + steered.scale()));
        }
        if (made.guide() != null) {
            words.addAll(List.of("--guide", quoted(made.guide())));
        }
        words.addAll(ComputeOptions.typed(made.device(), made.precision()));
        words.addAll(made.sample() == Provenance.ALL ? List.of("--out", "again.png") : List.of("--each", "again"));
        return String.join(" ", words);
    }

    private static String quoted(String word) {
        return word.matches("[\\w./:@,+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /** Of its run too, for which loading says where the model is. */
    private boolean isOfSeries() {
        return Forecaster.isOne(path) || Forecaster.isOne(path.resolve("model"));
    }

    private Map<String, Object> ofForecaster() {
        Map<String, Object> facts = new LinkedHashMap<>();
        try (Forecaster model = Forecaster.load(path)) {
            facts.put("model", path.toString());
            facts.put("parameters", model.parameterCount());
            facts.put("series", model.names());
            facts.put("frequency", model.frequency().toString());
            facts.put("horizon", model.horizon());
            facts.put("lags", model.lags());
            facts.put("rows-needed", model.rowsNeeded());
            facts.put("training", model.recipe().toMap());
        }
        return facts;
    }

    private Map<String, Object> ofTexts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        try (TextModel model = TextModel.load(path)) {
            facts.put("model", path.toString());
            facts.put("parameters", model.parameterCount());
            facts.put("vocabulary", model.vocabulary().size());
            facts.put("training", model.recipe().toMap());
        }
        return facts;
    }

    /** The folder of an autoencoder, this one or that in this run. */
    private Optional<Path> autoencoder() {
        return Stream.of(path, path.resolve("model"))
                .filter(AutoencoderFolder::isOne)
                .findFirst();
    }

    private static Map<String, Object> ofAutoencoder(Path folder) {
        Map<String, Object> facts = new LinkedHashMap<>();
        try (PictureAutoencoder autoencoder = AutoencoderFolder.read(folder)) {
            facts.put("model", folder.toString());
            facts.put("class", autoencoder.config().className());
            facts.put("parameters", autoencoder.parameters().count());
            facts.put("factor", autoencoder.config().factor());
            facts.put("network", autoencoder.config().toMap());
        }
        return facts;
    }

    private Map<String, Object> ofModel() {
        Map<String, Object> facts = new LinkedHashMap<>();
        if (LatentModel.isOne(path)) {
            facts.put("model", path.toString());
            facts.put("hash", Invocation.hash(path));
            facts.putAll(LatentModel.describe(path));
            return facts;
        }
        Optional<Path> autoencoder = autoencoder();
        if (autoencoder.isPresent()) {
            return ofAutoencoder(autoencoder.get());
        }
        facts.put("model", ShippedModel.nameOf(path));
        facts.put("hash", ModelFolder.open(path).hash());
        try (DiffusionModel model =
                ModelParameter.load(path, Compute.DEFAULT, spec.commandLine().getErr())) {
            facts.put("parameters", model.network().parameters().count());
            facts.put(
                    "classes",
                    model.card().labels().isEmpty()
                            ? model.classes()
                            : model.card().labels());
            facts.put("network", model.network().config().toMap());
            facts.put("scheduler", model.scheduler().toMap());
            facts.put("training", model.card().training());
        }
        return facts;
    }
}
