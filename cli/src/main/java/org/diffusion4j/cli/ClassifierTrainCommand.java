package org.diffusion4j.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.diffusion4j.cli.console.LiveWork;
import org.diffusion4j.cli.console.Output;
import org.diffusion4j.cli.console.Program;
import org.diffusion4j.cli.option.DataOptions;
import org.diffusion4j.data.ImageDataset;
import org.diffusion4j.image.classifier.ClassifierRecipe;
import org.diffusion4j.image.classifier.ClassifierTrainer;
import org.diffusion4j.image.measure.Classifier;
import org.diffusion4j.nn.vision.ImageClassifier;
import org.diffusion4j.train.TrainListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a classifier by a recipe, in one sitting. */
@Command(
        name = "train",
        description = "Trains a classifier by a recipe, in one sitting: what is stopped is lost.",
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} classifier train recipes/classifier-mnist.json --out classifier.safetensors"
        })
final class ClassifierTrainCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RECIPE", description = "A recipe such as recipes/classifier-mnist.json.")
    private Path recipe;

    @Mixin
    private DataOptions data;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The file of the classifier.")
    private Path out;

    @Option(names = "--force", description = "Replace a file that exists.")
    private boolean force;

    @Override
    public void run() {
        ClassifierRecipe read = ClassifierRecipe.read(recipe);
        Output.checkFile(out, ".safetensors", force);
        ImageDataset images = data.read(read.data(), spec.commandLine().getErr());
        try (LiveWork work = new LiveWork("training");
                ImageClassifier trained = new ClassifierTrainer(read).train(images, new TrainListener() {
                    @Override
                    public void onStep(Step step) {
                        work.at(
                                step.step(),
                                step.steps(),
                                "steps",
                                String.format(Locale.ROOT, "loss %.4f", step.loss()));
                    }
                })) {
            Classifier.write(out, trained, images.labelNames(), read.toMap());
        }
        spec.commandLine()
                .getOut()
                .printf("%s is trained; try it with: %s classifier test --weights %s%n", out, Program.CALLED, out);
    }
}
