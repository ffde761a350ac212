package org.diffusion4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.diffusion4j.Training;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.data.catalog.Datasets;
import org.diffusion4j.data.catalog.PublishedDataset;
import org.diffusion4j.image.DiffusionModel;
import org.diffusion4j.image.Draw;
import org.diffusion4j.image.ForwardStrip;
import org.diffusion4j.image.ImageRecipe;
import org.diffusion4j.io.Png;
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
                + " Learns MNIST where it finds it, else digits that the program draws itself.",
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} quickstart"})
final class QuickstartCommand implements Callable<Integer> {

    private static final String RECIPE = "/recipes/quickstart.json";
    private static final int EACH_CLASS = 10;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DataOptions data;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The run folder (default: runs/quickstart, or the next name that is free).")
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
        PrintWriter err = spec.commandLine().getErr();
        Path folder = out == null ? Output.firstFree(Path.of("runs", "quickstart"), "") : out;
        Output.checkRun(folder, force);
        changes.add("train.seed=" + seed);
        changes.add(data.change()
                .orElseGet(() ->
                        "data.source=" + data.published(PublishedDataset.MNIST).orElse(Datasets.GLYPHS)));
        ImageRecipe recipe = ImageRecipe.parse(recipe(), RECIPE, changes);
        ImageDataset images = data.read(recipe, err);
        err.println("learning " + images.name() + ", " + recipe.train().steps() + " steps, into " + folder);
        try (Training training = Training.begin(recipe, images, folder, force)) {
            int code = LiveTraining.run(training, folder, err);
            if (code == 0) {
                draw(training.modelFolder(), folder, images);
                report(folder, recipe);
            }
            return code;
        }
    }

    private static String recipe() {
        try (InputStream in = Objects.requireNonNull(QuickstartCommand.class.getResourceAsStream(RECIPE))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(RECIPE, e);
        }
    }

    private void draw(Path modelFolder, Path folder, ImageDataset images) {
        try (DiffusionModel model = DiffusionModel.load(modelFolder)) {
            Drawing drawing = new Drawing(
                    model, modelFolder, Draw.of(EACH_CLASS * model.classes()).seed(seed), true);
            drawing.writeSheet(folder.resolve("samples.png"));
            drawing.writeFilm(folder.resolve("denoising.gif"));
            Png.write(folder.resolve("forward.png"), ForwardStrip.of(model.process(), images, 0), Map.of());
        }
    }

    private void report(Path folder, ImageRecipe recipe) {
        spec.commandLine()
                .getOut()
                .printf("""
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
                        """, folder, EACH_CLASS, recipe.data().source(), Diffuse.CALLED);
    }
}
