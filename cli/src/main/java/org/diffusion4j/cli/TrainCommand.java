package org.diffusion4j.cli;

import static org.diffusion4j.engine.Require.require;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.diffusion4j.Training;
import org.diffusion4j.cli.console.LiveTraining;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.option.ComputeOptions;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.data.ReadOptions;
import org.diffusion4j.data.captions.CaptionedImages;
import org.diffusion4j.data.series.SeriesTable;
import org.diffusion4j.data.text.TextCorpus;
import org.diffusion4j.data.text.TextItem;
import org.diffusion4j.engine.CheckpointException;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.image.guidance.NoisyClassifierRecipe;
import org.diffusion4j.image.guidance.NoisyClassifierTraining;
import org.diffusion4j.latent.autoencoder.AutoencoderRecipe;
import org.diffusion4j.latent.autoencoder.AutoencoderTraining;
import org.diffusion4j.latent.clip.ClipRecipe;
import org.diffusion4j.latent.clip.ClipTraining;
import org.diffusion4j.series.SeriesRecipe;
import org.diffusion4j.series.SeriesTraining;
import org.diffusion4j.text.TextModel;
import org.diffusion4j.text.TextRecipe;
import org.diffusion4j.text.TextTraining;
import org.diffusion4j.text.control.ControlModel;
import org.diffusion4j.text.control.ControlRecipe;
import org.diffusion4j.text.control.ControlTraining;
import org.diffusion4j.train.RunFolder;
import org.diffusion4j.train.Stage;
import org.diffusion4j.train.TrainSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains by a recipe. */
@Command(
        name = "train",
        description = "Trains a model by a recipe. Ctrl-C saves, and --resume goes on as if nothing had happened.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} train recipes/ddpm-mnist.json --data glyphs --out runs/digits"
        })
final class TrainCommand implements Callable<Integer> {

    private static final int MEASURED = 1000;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "RECIPE",
            arity = "0..1",
            description = "A recipe. With --resume the run's own is used, and this may be left away.")
    private @Nullable Path recipe;

    @Mixin
    private DataOptions data;

    @Mixin
    private ComputeOptions compute;

    @Option(names = "--out", paramLabel = "DIR", description = "The run folder (default: runs/NAME of the recipe).")
    private @Nullable Path out;

    @Option(
            names = "--set",
            paramLabel = "FIELD=VALUE",
            description = "Set a field of the recipe, such as train.batchSize=64; may be repeated.")
    private List<String> changes = new ArrayList<>();

    @Option(names = "--resume", description = "Go on with the run in --out from its newest checkpoint.")
    private boolean resume;

    @Option(names = "--force", description = "Replace a run that is in --out.")
    private boolean force;

    @Override
    public Integer call() {
        changes.addAll(data.changes());
        changes.addAll(compute.changes());
        return resume ? resume() : begin();
    }

    private int begin() {
        require(recipe != null, "which recipe? for instance recipes/ddpm-mnist.json");
        if (SeriesRecipe.isOne(recipe)) {
            return beginSeries(recipe);
        }
        if (NoisyClassifierRecipe.isOne(recipe)) {
            return beginNoisyClassifier(recipe);
        }
        if (TextRecipe.isOne(recipe)) {
            return beginTexts(recipe);
        }
        if (ClipRecipe.isOne(recipe)) {
            ClipRecipe read = ClipRecipe.read(recipe, changes);
            Path folder = out == null ? Path.of("runs", read.name()) : out;
            Output.checkRun(folder, force);
            return trainClip(ClipTraining.begin(read, captions(read), folder, force), folder);
        }
        if (AutoencoderRecipe.isOne(recipe)) {
            AutoencoderRecipe read = AutoencoderRecipe.read(recipe, changes);
            Path folder = out == null ? Path.of("runs", read.name()) : out;
            Output.checkRun(folder, force);
            return trainAutoencoder(
                    AutoencoderTraining.begin(read, data.read(read.data(), err()), folder, force), folder);
        }
        if (ControlRecipe.isOne(recipe)) {
            ControlRecipe read = ControlRecipe.read(recipe, changes);
            Path folder = out == null ? Path.of("runs", read.name()) : out;
            Output.checkRun(folder, force);
            return trainControls(
                    read, folder, (model, corpus) -> ControlTraining.begin(read, model, corpus, folder, force));
        }
        ImageRecipe read = ImageRecipe.read(recipe, changes);
        noteStages(read.train());
        Path folder = out == null ? Path.of("runs", read.name()) : out;
        Output.checkRun(folder, force);
        return trainImages(Training.begin(read, data.read(read, err()), folder, force), folder);
    }

    /** Who sets the steps of a recipe may not know that there are more. */
    private void noteStages(TrainSettings train) {
        long later = train.stages().stream().mapToLong(Stage::steps).sum();
        if (later > 0
                && changes.stream().anyMatch(change -> change.startsWith("train.steps="))
                && changes.stream().noneMatch(change -> change.startsWith("train.stages"))) {
            err().printf(
                            "diffuse: train.steps=%d is followed by the %d steps of train.stages; omit those with --set train.stages=[]%n",
                            train.steps(), later);
        }
    }

    private int resume() {
        require(out != null, "which run is to go on? say --out DIR");
        if (!Files.exists(Output.recipe(out))) {
            throw new CheckpointException(out + ": there is no run to resume, it has no recipe.json");
        }
        if (SeriesRecipe.isOne(Output.recipe(out))) {
            SeriesRecipe read = SeriesRecipe.read(Output.recipe(out), changes);
            return trainSeries(SeriesTraining.resume(out, table(read), changes, err()::println), out);
        }
        if (NoisyClassifierRecipe.isOne(Output.recipe(out))) {
            NoisyClassifierRecipe read = NoisyClassifierRecipe.read(Output.recipe(out), changes);
            return trainNoisyClassifier(
                    NoisyClassifierTraining.resume(out, data.read(read.data(), err()), changes, err()::println), out);
        }
        if (ClipRecipe.isOne(Output.recipe(out))) {
            ClipRecipe read = ClipRecipe.read(Output.recipe(out), changes);
            return trainClip(ClipTraining.resume(out, captions(read), changes, err()::println), out);
        }
        if (AutoencoderRecipe.isOne(Output.recipe(out))) {
            AutoencoderRecipe read = AutoencoderRecipe.read(Output.recipe(out), changes);
            return trainAutoencoder(
                    AutoencoderTraining.resume(out, data.read(read.data(), err()), changes, err()::println), out);
        }
        if (ControlRecipe.isOne(Output.recipe(out))) {
            Path folder = out;
            return trainControls(
                    ControlRecipe.read(Output.recipe(out), changes),
                    folder,
                    (model, corpus) -> ControlTraining.resume(folder, model, corpus, changes, err()::println));
        }
        if (TextRecipe.isOne(Output.recipe(out))) {
            TextRecipe read = TextRecipe.read(Output.recipe(out), changes);
            return trainTexts(TextTraining.resume(out, read.data().read(), changes, err()::println), out);
        }
        ImageRecipe read = ImageRecipe.read(Output.recipe(out), changes);
        return trainImages(Training.resume(out, data.read(read, err()), changes, err()::println), out);
    }

    private int beginNoisyClassifier(Path file) {
        NoisyClassifierRecipe read = NoisyClassifierRecipe.read(file, changes);
        Path folder = out == null ? Path.of("runs", read.name()) : out;
        Output.checkRun(folder, force);
        return trainNoisyClassifier(
                NoisyClassifierTraining.begin(read, data.read(read.data(), err()), folder, force), folder);
    }

    private int trainNoisyClassifier(NoisyClassifierTraining opened, Path folder) {
        return train(opened, "images", folder, "steer with: %s sample MODEL --classifier %s --label 3");
    }

    private CaptionedImages captions(ClipRecipe recipe) {
        require(!recipe.source().isEmpty(), "which pictures? say --data with a folder that has captions");
        return recipe.data().read(recipe.vision().size(), ReadOptions.DEFAULT.noting(err()::println));
    }

    private int trainClip(ClipTraining opened, Path folder) {
        return train(opened, "pairs", folder, "try it with: %s clip search FOLDER --text WORDS --clip %s");
    }

    private int trainAutoencoder(AutoencoderTraining opened, Path folder) {
        return train(opened, "images", folder, "try it with: %s autoencoder reconstruct %s PICTURE");
    }

    private int beginSeries(Path file) {
        SeriesRecipe read = SeriesRecipe.read(file, changes);
        Path folder = out == null ? Path.of("runs", read.name()) : out;
        Output.checkRun(folder, force);
        return trainSeries(SeriesTraining.begin(read, table(read), folder, force), folder);
    }

    private static SeriesTable table(SeriesRecipe recipe) {
        require(!recipe.source().isEmpty(), "which series? say --data FILE.csv");
        return recipe.data().csv().read(Path.of(recipe.source()));
    }

    private int trainSeries(SeriesTraining opened, Path folder) {
        return train(opened, "windows", folder, "forecast with: %s forecast %s --data FILE.csv --plot forecast.svg");
    }

    private int beginTexts(Path file) {
        TextRecipe read = TextRecipe.read(file, changes);
        Path folder = out == null ? Path.of("runs", read.name()) : out;
        Output.checkRun(folder, force);
        require(!read.source().isEmpty(), "which texts? say --data with a file of texts or a folder");
        TextCorpus corpus = read.data().read();
        long cut = read.data().cut(corpus);
        if (cut > 0) {
            err().printf(
                            "%d of %d texts are longer than %d %s and are cut; data.length is that plus 2%n",
                            cut,
                            corpus.training().size(),
                            read.data().length() - 2,
                            read.data().unit());
        }
        return trainTexts(TextTraining.begin(read, corpus, folder, force), folder);
    }

    private int trainTexts(TextTraining opened, Path folder) {
        return train(opened, "texts", folder, "write with: %s write %s --count 10");
    }

    private int trainControls(
            ControlRecipe recipe, Path folder, BiFunction<TextModel, TextCorpus, ControlTraining> opening) {
        require(!recipe.of().isEmpty(), "which model is to be controlled? say --set of=runs/NAME/model");
        try (TextModel model = TextModel.load(Path.of(recipe.of()))) {
            TextCorpus corpus = ControlTraining.read(recipe, model);
            String next = "write with: %s write MODEL --controls %s --control NAME=VALUE";
            int code = train(opening.apply(model, corpus), "texts", folder, next);
            if (code == 0 && !corpus.heldOut().isEmpty()) {
                report(folder.resolve("model"), corpus, model);
            }
            return code;
        }
    }

    /** How much of held-out texts the controls recognise. */
    private void report(Path folder, TextCorpus corpus, TextModel model) {
        List<TextItem> heldOut = corpus.spread(MEASURED);
        try (ControlModel controls = ControlModel.load(folder)) {
            PrintWriter print = spec.commandLine().getOut();
            controls.accuracy(heldOut, model)
                    .forEach((name, share) -> print.printf(
                            Locale.ROOT,
                            "%s: recognised in %.1f %% of its cases in %d held-out texts%n",
                            name,
                            100 * share,
                            heldOut.size()));
            if (controls.labels().hasTags()) {
                print.printf(
                        Locale.ROOT,
                        "the tagger that pos and span learned from: %.1f %% of the words of texts that it has not seen%n",
                        100 * controls.labels().taggerAccuracy());
            }
        }
    }

    private int trainImages(Training opened, Path folder) {
        return train(opened, "images", folder, "draw with: %s sample %s --out samples.png");
    }

    private int train(RunFolder.Session<?, ?> opened, String unit, Path folder, String next) {
        try (RunFolder.Session<?, ?> training = opened) {
            int code = LiveTraining.run(training, unit, "train --resume --out " + folder, err());
            if (code == 0) {
                Path model = training.modelFolder();
                spec.commandLine().getOut().printf("%s is trained; " + next + "%n", model, Program.CALLED, model);
            }
            return code;
        }
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
