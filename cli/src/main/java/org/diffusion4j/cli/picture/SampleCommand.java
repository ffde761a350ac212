package org.diffusion4j.cli.picture;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.option.DrawOptions;
import org.diffusion4j.cli.option.ModelName;
import org.diffusion4j.cli.option.ModelParameter;
import org.diffusion4j.cli.option.PromptOptions;
import org.diffusion4j.engine.Records;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.guidance.Autoguidance;
import org.diffusion4j.image.guidance.NoisyClassifier;
import org.diffusion4j.io.Json;
import org.diffusion4j.latent.LatentDraw;
import org.diffusion4j.latent.LatentModel;
import org.diffusion4j.sample.SampleSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Draws from a model folder. */
@Command(
        name = "sample",
        description = "Draws pictures from a model.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} sample mnist",
            "  ${ROOT-COMMAND-NAME} sample runs/quickstart/model --count 100 --seed 1 --out grid.png"
        })
public final class SampleCommand implements Runnable {

    private static final int USUAL_COUNT = 64;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelParameter from;

    @Mixin
    private DrawOptions options;

    @Mixin
    private PromptOptions words;

    @Option(
            names = "--count",
            description = "How many pictures (default: " + USUAL_COUNT + "; from words, one for each seed).")
    private @Nullable Integer wanted;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "A PNG file for all pictures (default: samples.png, or the next name that is free, where nothing"
                            + " else is asked for).")
    private @Nullable Path out;

    @Option(names = "--each", paramLabel = "DIR", description = "A folder for a PNG file of each picture.")
    private @Nullable Path each;

    @Option(
            names = "--gif",
            paramLabel = "FILE",
            description = "An animation from noise to pictures; of very many, the first.")
    private @Nullable Path gif;

    @Option(
            names = {"--classifier", "--noisy-classifier"},
            paramLabel = "DIR",
            description = "A classifier of noisy pictures, which steers the model to the classes of --label; 'train"
                    + " recipes/noisy-classifier-mnist.json' makes one. The model may know no classes.")
    private @Nullable Path classifier;

    @Option(
            names = "--classifier-scale",
            paramLabel = "S",
            description = "How strongly the classifier steers: 0 is the model alone (default: 1).")
    private @Nullable Double classifierScale;

    @Option(
            names = "--guide",
            paramLabel = "MODEL",
            converter = ModelName.class,
            description =
                    "A worse version of the model, smaller or trained for a shorter time, away from which --guidance"
                            + " leads; it takes the place of the model without labels.")
    private @Nullable Path guide;

    @Option(names = "--force", description = "Replace what exists.")
    private boolean force;

    @Option(names = "--json", description = "Print what was done as JSON.")
    private boolean json;

    @Override
    public void run() {
        if (LatentModel.isOne(from.folder())) {
            drawFromWords();
            return;
        }
        words.requireFree();
        int count = wanted == null ? USUAL_COUNT : wanted;
        options.check(count);
        checkOutputs();
        double scale = scale();
        try (NoisyClassifier steering = classifier == null ? null : NoisyClassifier.load(classifier);
                DiffusionModel loaded = from.load();
                DiffusionModel worse = guide == null ? null : from.load(guide)) {
            Draw draw = steering == null ? options.of(loaded, count) : options.of(loaded, steering, count);
            Drawing.Steering by = steering(steering, scale, worse);
            if (by instanceof Drawing.ByGuide guided) {
                guided.guide().requireFits(loaded);
                Autoguidance.requireGuided(draw.settings());
            }
            options.advice(loaded, draw).ifPresent(spec.commandLine().getErr()::println);
            Drawing drawing = new Drawing(loaded, from.folder(), draw, gif != null, by);
            if (out != null) {
                drawing.writeSheet(out);
            }
            if (each != null) {
                drawing.writeEach(each);
            }
            if (gif != null) {
                writeFilm(drawing, gif, count);
            }
            report(Map.of("provenance", Records.CAMEL_CASE.write(drawing.provenance())), count, drawing.seconds());
        }
    }

    private void drawFromWords() {
        words.check();
        options.requireNoLabels();
        require(gif == null, "--gif is for models of pixels: omit it");
        require(
                classifier == null && guide == null && classifierScale == null,
                "a model that draws from words is steered by its prompts: omit --classifier and --guide");
        List<Long> seeds = options.seeds(wanted);
        checkOutputs();
        Path previews = previews();
        PrintWriter err = spec.commandLine().getErr();
        try (LatentModel model =
                LatentModel.load(from.folder(), words.singleFile(), from.compute(WordsDrawing.USUAL))) {
            model.warnings().forEach(warning -> err.println("diffuse: " + warning));
            words.loras().forEach(model::add);
            LatentDraw usual = model.draw("").withSeeds(seeds);
            SampleSettings settings = options.sampler().over(usual.settings(), model::settings);
            LatentDraw draw = words.over(usual.withSettings(settings), note -> err.println("diffuse: " + note))
                    .withTiles(words.tile().map(model::tiles).orElse(null));
            WordsDrawing drawing = new WordsDrawing(spec, model, from.folder(), draw, words, previews);
            if (out != null) {
                drawing.writeSheet(out);
            }
            if (each != null) {
                drawing.writeEach(each);
            }
            report(Map.of("seeds", seeds), drawing.count(), drawing.seconds());
        }
    }

    /** Where previews go; null where none are asked for. */
    private @Nullable Path previews() {
        if (words.preview().isEmpty()) {
            return null;
        }
        require(out != null, "--preview writes beside --out: add it");
        Path file = out.resolveSibling(String.valueOf(out.getFileName()).replaceAll("\\.png$", "") + ".preview.png");
        Output.checkFile(file, ".png", force);
        return file;
    }

    private Drawing.Steering steering(
            @Nullable NoisyClassifier steering, double scale, @Nullable DiffusionModel worse) {
        if (steering != null && classifier != null) {
            return new Drawing.ByClassifier(steering, classifier, scale);
        }
        return worse == null || guide == null
                ? new Drawing.Unsteered()
                : new Drawing.ByGuide(new Autoguidance(worse), guide);
    }

    private double scale() {
        require(classifier == null || guide == null, "--classifier and --guide each steer the model: give one of them");
        require(
                classifierScale == null || classifier != null,
                "--classifier-scale is for a classifier: add --classifier DIR, or omit it");
        double scale = classifierScale == null ? 1 : classifierScale;
        require(Double.isFinite(scale), "--classifier-scale must be a number, was %s", scale);
        return scale;
    }

    private void writeFilm(Drawing drawing, Path file, int count) {
        int shown = drawing.writeFilm(file);
        if (shown < count) {
            spec.commandLine().getErr().printf("%s shows the first %d of %d pictures%n", file, shown, count);
        }
    }

    private void checkOutputs() {
        if (out == null && each == null && gif == null) {
            out = Output.firstFree(Path.of("samples"), ".png");
        }
        if (out != null) {
            Output.checkFile(out, ".png", force);
        }
        if (gif != null) {
            Output.checkFile(gif, ".gif", force);
        }
        if (each != null) {
            Output.checkFolder(each, force);
            Path numbered = each.toAbsolutePath().normalize();
            require(
                    out == null
                            || !numbered.equals(out.toAbsolutePath().normalize().getParent())
                            || !Drawing.isNumbered(out),
                    "%s: has the name of one of the pictures of --each; choose another",
                    out);
        }
        Map<String, @Nullable Path> files = new LinkedHashMap<>();
        files.put("--out", out);
        files.put("--gif", gif);
        Output.checkDistinct(files);
    }

    private void report(Map<String, Object> facts, int count, double seconds) {
        PrintWriter print = spec.commandLine().getOut();
        List<String> files = new ArrayList<>();
        for (Path file : new Path[] {out, each, gif}) {
            if (file != null) {
                files.add(file.toString());
            }
        }
        if (json) {
            Map<String, Object> done = new LinkedHashMap<>();
            done.put("files", files);
            done.put("seconds", seconds);
            done.putAll(facts);
            print.print(Json.pretty(done));
        } else {
            print.printf(
                    Locale.ROOT,
                    "%s: %d picture%s in %.1f s (%.1f a second)%n",
                    String.join(", ", files),
                    count,
                    count == 1 ? "" : "s",
                    seconds,
                    count / seconds);
        }
    }
}
