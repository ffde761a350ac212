package org.diffusion4j.cli.picture;

import static org.diffusion4j.engine.Require.require;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.diffusion4j.Training;
import org.diffusion4j.cli.console.LiveTraining;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.console.Stopped;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.data.catalog.PublishedDataset;
import org.diffusion4j.engine.FileTrouble;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ForwardStrip;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.io.Png;
import org.diffusion4j.train.RunFolder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** From nothing to digits in a few minutes. */
@Command(
        name = "quickstart",
        description = "Trains a small DDPM on digits for a few minutes and draws from it."
                + " Learns MNIST where it finds it, else digits that the program draws itself."
                + " Stopped, it goes on where it was when it is called again.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} quickstart"})
public final class QuickstartCommand implements Callable<Integer> {

    private static final String RECIPE = "/recipes/quickstart.json";
    private static final String NAME = "quickstart";
    private static final int EACH_CLASS = 10;

    private static final String SAMPLES = "samples.png";
    private static final String FILM = "denoising.gif";
    private static final String FORWARD = "forward.png";
    private static final List<String> PICTURES = List.of(SAMPLES, FILM, FORWARD);

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "The run folder (default: runs/quickstart if it is free or not finished, else the next name that is).")
    private @Nullable Path out;

    @Option(names = "--seed", defaultValue = "0", description = "Same seed, same digits (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--set",
            paramLabel = "FIELD=VALUE",
            description = "Set a field of the recipe, such as train.steps=3000; may be repeated.")
    private List<String> changes = new ArrayList<>();

    @Option(names = "--force", description = "Replace a run that is in --out.")
    private boolean force;

    @Override
    public Integer call() {
        Path folder = out == null ? firstUnfinished() : out;
        boolean goesOn = RunFolder.isRun(folder) && !force;
        ImageDataset images;
        Training opened;
        if (goesOn) {
            List<String> asked = asked();
            ImageRecipe recipe = ImageRecipe.read(Output.recipe(folder), asked);
            requireUnfinished(folder, recipe);
            images = data.read(recipe, err());
            opened = Training.resume(folder, images, asked, err()::println);
        } else {
            Output.checkRun(folder, force);
            ImageRecipe recipe = recipe();
            images = data.read(recipe, err());
            opened = Training.begin(recipe, images, folder, force);
        }
        try (Training training = opened) {
            if (!goesOn) {
                deletePictures(folder); // of a run that was replaced
            }
            return run(training, images, folder);
        }
    }

    /** The first of runs/quickstart, runs/quickstart-2 and so on that is free, or in which there is something left to do. */
    private static Path firstUnfinished() {
        return Output.first(
                Path.of("runs", NAME),
                "",
                folder -> !Files.exists(folder) || RunFolder.isRun(folder) && !isFinished(folder));
    }

    private static boolean isFinished(Path folder) {
        return PICTURES.stream().allMatch(picture -> Files.exists(folder.resolve(picture)));
    }

    private static void requireUnfinished(Path folder, ImageRecipe recipe) {
        require(
                recipe.name().equals(NAME),
                "%s: is the run '%s' of 'train'; --out takes another folder, %s train --resume --out %s goes on with it",
                folder,
                recipe.name(),
                Program.CALLED,
                folder);
        require(
                !isFinished(folder),
                "%s: is finished, its digits are in %s; --force replaces it, --out takes another folder",
                folder,
                SAMPLES);
    }

    private static void deletePictures(Path folder) {
        for (String picture : PICTURES) {
            try {
                Files.deleteIfExists(folder.resolve(picture));
            } catch (IOException e) {
                throw FileTrouble.writing(folder.resolve(picture), e);
            }
        }
    }

    /** What was said, of a run that goes on. */
    private List<String> asked() {
        List<String> asked = new ArrayList<>(changes);
        if (spec.commandLine().getParseResult().hasMatchedOption("--seed")) {
            asked.add("train.seed=" + seed);
        }
        data.change().ifPresent(asked::add);
        return asked;
    }

    /** The recipe of a new run. */
    private ImageRecipe recipe() {
        List<String> all = new ArrayList<>(changes);
        all.add("train.seed=" + seed);
        all.add(data.change().orElseGet(this::dataFound));
        try (InputStream in = Objects.requireNonNull(QuickstartCommand.class.getResourceAsStream(RECIPE))) {
            return ImageRecipe.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), RECIPE, all);
        } catch (IOException e) {
            throw new UncheckedIOException(RECIPE, e);
        }
    }

    private String dataFound() {
        Optional<String> mnist = data.published(PublishedDataset.MNIST);
        err().println(
                        mnist.isPresent()
                                ? "learning MNIST; --data glyphs learns digits that the program draws itself"
                                : "MNIST is not on this machine, so learning digits that the program draws itself (glyphs);"
                                        + " --download brings MNIST (12 MB), --data DIR says where it is");
        return "data.source=" + mnist.orElse(Datasets.GLYPHS);
    }

    private int run(Training training, ImageDataset images, Path folder) {
        String goOn = "quickstart --out " + folder;
        err().printf(
                        "%s, %d steps%s, into %s%n",
                        images.name(),
                        training.recipe().train().steps(),
                        training.step() == 0 ? "" : " after " + training.step(),
                        folder);
        int code = LiveTraining.run(training, "images", goOn, err());
        if (code == 0 && training.step() >= training.recipe().train().steps()) {
            try {
                draw(training, images, folder);
            } catch (Stopped stopped) {
                throw new Stopped(
                        stopped.code(),
                        "drawing was stopped, the model is saved; go on with: " + Program.CALLED + " " + goOn);
            }
        }
        return code;
    }

    private void draw(Training training, ImageDataset images, Path folder) {
        ImageRecipe recipe = training.recipe();
        Path modelFolder = training.modelFolder();
        try (DiffusionModel model = DiffusionModel.load(modelFolder)) {
            Draw draw = Draw.of(EACH_CLASS * model.classes())
                    .with(recipe.sample())
                    .withSeed(recipe.train().seed());
            Drawing drawing = new Drawing(model, modelFolder, draw, true);
            drawing.writeSheet(folder.resolve(SAMPLES));
            drawing.writeFilm(folder.resolve(FILM));
            Png.write(folder.resolve(FORWARD), ForwardStrip.of(model.process(), images, 0), Map.of());
            report(folder, recipe);
            DigitJudge.right(recipe, model.card().labels(), drawing.samples())
                    .ifPresent(right -> out().printf(
                                    "The built-in classifier reads %d of the %d digits as what they were drawn for.%n",
                                    right, draw.count()));
        }
    }

    private void report(Path folder, ImageRecipe recipe) {
        out().printf("""
                        In %1$s:
                          samples.png     %2$d of each digit, a row a digit
                          denoising.gif   from noise to digits
                          forward.png     a digit on its way to noise
                          model           the model folder
                          metrics.jsonl   loss after every step
                        Try next:
                          %4$s sample %1$s/model --label 7 --count 25 --seed 1 --out sevens.png
                          %4$s info %1$s/samples.png
                          %4$s train recipes/ddpm-mnist.json --data %3$s --out runs/digits
                        """, folder, EACH_CLASS, recipe.data().source(), Program.CALLED);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
